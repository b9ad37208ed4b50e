/**
 * Pictures of the page for the documents, in docs/images: `make screenshots`.
 *
 * It starts a service with Kafka and PostgreSQL of its own, and lets orders come in and be read while it takes them.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import canonicalOrder from '../../src/core/canonical-order.json' with { type: 'json' };
import { createRandom, generateOrder } from '../../src/core/generate.ts';
import { corruptions } from '../../src/core/spoil.ts';
import { launchBrowser } from '../support/browser.ts';
import { globalSetup, globalTeardown } from '../support/global-setup.ts';
import type { TestService } from '../support/service.ts';

const wide = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };
const russian = { locale: 'ru-RU' };
const light = { colorScheme: 'light' } as const;
const dark = { colorScheme: 'dark' } as const;

/** So long the charts have something to show. */
const trafficMs = 40_000;

type Picture = {
  name: string;
  path: string;
  options: BrowserContextOptions;
  /** What is done before. */
  act?: (page: Page) => Promise<void>;
  /** Only what the window shows: the rest is more of the same. */
  isCut?: boolean;
};

const showJson = (page: Page) => page.locator('.toggle').click();
const order = `/?order_uid=${canonicalOrder.order_uid}`;

function pictures(deadLetter: string): Picture[] {
  const letter = `/dead-letters?id=${deadLetter}`;
  const format = (page: Page) => page.getByRole('button', { name: /^(Format|Отформатировать)$/ }).click();
  return [
    { name: 'page-light', path: order, options: { ...wide, ...light } },
    { name: 'page-dark', path: order, options: { ...wide, ...dark } },
    { name: 'page-ru', path: order, options: { ...wide, ...russian, ...light } },
    { name: 'page-json', path: order, options: { ...wide, ...light }, act: showJson },
    { name: 'page-phone-light', path: order, options: { ...phone, ...light } },
    { name: 'page-phone-dark-ru', path: order, options: { ...phone, ...russian, ...dark } },
    { name: 'page-empty', path: '/', options: { ...wide, ...light } },
    { name: 'page-not-found', path: '/?order_uid=no-such-order', options: { ...wide, ...light } },
    { name: 'watch-light', path: '/watch', options: { ...wide, ...light }, isCut: true },
    { name: 'watch-dark-ru', path: '/watch', options: { ...wide, ...russian, ...dark }, isCut: true },
    { name: 'watch-phone', path: '/watch', options: { ...phone, ...light }, isCut: true },
    { name: 'repair-list', path: '/dead-letters', options: { ...wide, ...light }, isCut: true },
    { name: 'repair-light', path: letter, options: { ...wide, ...light }, act: format },
    { name: 'repair-dark-ru', path: letter, options: { ...wide, ...russian, ...dark }, act: format },
    { name: 'repair-phone', path: letter, options: { ...phone, ...light }, isCut: true },
    { name: 'docs', path: '/docs', options: { ...wide, ...light }, isCut: true },
  ];
}

/** Orders come in and are read, some of them bad, until it is over. */
async function traffic(service: TestService, signal: AbortSignal): Promise<void> {
  for (let index = 0; !signal.aborted;) {
    const count = 20 + Math.round(15 * Math.sin(index / 90));
    const orders = Array.from({ length: count }, () => generateOrder(7, index++));
    const corruption = corruptions[index % corruptions.length]!;
    const bad = index % 3 === 0 ? [corruption.spoil(orders[0]!, createRandom(7, index))] : [];
    await service.produce([...orders, ...bad]);
    for (const { order_uid } of orders) {
      await fetch(`${service.url}/api/orders/${order_uid}`).then((answer) => answer.arrayBuffer());
      if (index % 4 === 0) await fetch(`${service.url}/api/orders/${generateOrder(7, index % 50).order_uid}`);
    }
    await delay(200);
  }
}

async function takePictures(service: TestService, folder: string): Promise<string[]> {
  const { delivery, payment } = canonicalOrder;
  await service.produce([
    {
      ...canonicalOrder,
      order_uid: 'to-be-mended',
      delivery: { ...delivery, email: 'no at' },
      payment: { ...payment, amount: '1817' },
    },
  ]);
  const list = await fetch(`${service.url}/api/dead-letters?limit=1`);
  const { dead_letters } = (await list.json()) as { dead_letters: { id: string }[] };
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  const over = new AbortController();
  const busy = traffic(service, over.signal);
  try {
    await delay(trafficMs);
    await service.produce([canonicalOrder]);
    const files: string[] = [];
    for (const picture of pictures(dead_letters[0]!.id)) {
      files.push(await takePicture(browser, service.url, folder, picture));
    }
    return files;
  } finally {
    over.abort();
    await busy;
    await browser.close();
  }
}

async function takePicture(
  browser: Browser,
  url: string,
  folder: string,
  { name, path, options, act, isCut = false }: Picture,
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
  await act?.(page);
  // The figures and the check of a dead letter come after the page.
  await delay(1_500);
  await page.evaluate(() => document.fonts.ready);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, fullPage: !isCut, caret: 'hide', animations: 'disabled' });
  await context.close();
  return file;
}

const [folder = 'docs/images'] = process.argv.slice(2);
await globalSetup();
try {
  // Only now: it reads where the two are.
  const { startTestService } = await import('../support/service.ts');
  const service = await startTestService({ topic: 'orders', env: { CACHE_CAPACITY: '60' } });
  try {
    process.stdout.write(`${(await takePictures(service, folder)).join('\n')}\n`);
  } finally {
    await service.stop();
  }
} finally {
  await globalTeardown();
}
