import { defineConfig, type Plugin } from 'vite';
import { precompress } from './precompress.ts';

/** Without it a reader who chose dark on a light system sees a white page first. Vite drops the attribute. */
const renderBlocking: Plugin = {
  name: 'render-blocking-script',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

export default defineConfig({
  plugins: [renderBlocking, precompress],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // The Content-Security-Policy knows no inline script, style or font: everything is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `vite web` for work on the page, beside a service on its usual port.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/openapi.json': 'http://127.0.0.1:8080' } },
});
