/**
 * Pictures of the page for the documents, taken from a running service:
 *
 *     node test/browser/screenshots.ts http://127.0.0.1:8080 docs/images [order_uid]
 *
 * Without an id the canonical order is shown, which a new database begins with.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';

const wide = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };

type Picture = { name: string; path: string; options: BrowserContextOptions };

async function takePictures(url: string, folder: string, uid: string): Promise<string[]> {
  const order = `/?order_uid=${encodeURIComponent(uid)}`;
  const pictures: Picture[] = [
    { name: 'page-light', path: order, options: { ...wide, colorScheme: 'light' } },
    { name: 'page-dark', path: order, options: { ...wide, colorScheme: 'dark' } },
    { name: 'page-ru', path: order, options: { ...wide, locale: 'ru-RU', colorScheme: 'light' } },
    { name: 'page-phone-light', path: order, options: { ...phone, colorScheme: 'light' } },
    { name: 'page-phone-dark-ru', path: order, options: { ...phone, locale: 'ru-RU', colorScheme: 'dark' } },
    { name: 'page-empty', path: '/', options: { ...wide, colorScheme: 'light' } },
    { name: 'page-not-found', path: '/?order_uid=no-such-order', options: { ...wide, colorScheme: 'light' } },
  ];
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    const files: string[] = [];
    for (const picture of pictures) files.push(await takePicture(browser, url, folder, picture));
    return files;
  } finally {
    await browser.close();
  }
}

async function takePicture(
  browser: Browser,
  url: string,
  folder: string,
  { name, path, options }: Picture,
): Promise<string> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    deviceScaleFactor: 2,
    ...options,
  });
  const page = await context.newPage();
  await page.goto(path);
  // The second look is answered from memory: the usual case.
  await page.locator('main[aria-busy=false] h1').waitFor();
  await page.reload();
  await page.locator('main[aria-busy=false] h1').waitFor();
  await page.evaluate(() => document.fonts.ready);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, fullPage: true, caret: 'hide', animations: 'disabled' });
  await context.close();
  return file;
}

const [url, folder, uid = 'b563feb7b2b84b6test'] = process.argv.slice(2);
if (url === undefined || folder === undefined) {
  process.stderr.write('Usage: node test/browser/screenshots.ts <url> <folder> [order_uid]\n');
  process.exitCode = 1;
} else {
  const files = await takePictures(url, folder, uid);
  process.stdout.write(`${files.join('\n')}\n`);
}
