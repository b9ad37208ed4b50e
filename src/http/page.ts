/** The page: the files that `make build` leaves in web/dist. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const root = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** The addresses of the page beside `/`: one file draws them all. */
const views = ['/watch', '/dead-letters', '/docs'];

/** Whether the page has been built. */
export function pageIsBuilt(): boolean {
  return existsSync(`${root}index.html`);
}

/** Serves the page at `/` and the addresses of its views. The browser may load nothing but the page's own files, and run nothing inline. */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // It is served as plain HTTP; whoever puts TLS before it decides on HSTS.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    // The build leaves each text file in brotli and gzip, too.
    preCompressed: true,
    setHeaders: (reply, path) => {
      const hashed = path.includes('/assets/');
      reply.header('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const view of views) {
    app.get(view, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'));
  }
}
