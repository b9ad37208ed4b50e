/**
 * How fast the page is there, and how large it is: `node bench/page.ts`.
 *
 * Each visit is by a browser with nothing in its cache, once as on this machine and once as on a phone: the processor
 * four times slower, 150 ms for each round trip, 1.6 Mbit/s (what Lighthouse takes for a phone on slow 4G).
 */
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { globalSetup, globalTeardown } from '../test/support/global-setup.ts';
import { orderWith } from '../test/support/orders.ts';

const views = { start: '/', order: '/?order_uid=to-be-measured', watch: '/watch' };
const visits = 3;

interface Figures {
  firstPaint: number;
  largestPaint: number;
  shifts: number;
  script: number;
  style: number;
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}

async function measure(browser: Browser, url: string, isPhone: boolean): Promise<Figures> {
  const viewport = isPhone ? { width: 375, height: 812 } : { width: 1280, height: 900 };
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  if (isPhone) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: 1_600_000 / 8,
      uploadThroughput: 750_000 / 8,
    });
  }
  await page.goto(url);
  await page.locator('main[aria-busy=false] h1').waitFor();
  // What is drawn with the first figures and orders counts, too.
  await page.waitForTimeout(2_500);
  const figures = await page.evaluate(async () => {
    const entriesOf = (type: string) =>
      new Promise<PerformanceEntry[]>((done) => {
        new PerformanceObserver((list) => done(list.getEntries())).observe({ type, buffered: true });
        setTimeout(() => done([]), 200);
      });
    const sizeOf = (kind: string) =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.endsWith(kind))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    const shifts = (await entriesOf('layout-shift')) as LayoutShift[];
    return {
      firstPaint: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      largestPaint: (await entriesOf('largest-contentful-paint')).at(-1)!.startTime,
      shifts: shifts.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0),
      script: sizeOf('.js'),
      style: sizeOf('.css'),
    };
  });
  await context.close();
  return figures;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

await globalSetup();
try {
  // Only now: it reads where the two are.
  const { startTestService } = await import('../test/support/service.ts');
  const service = await startTestService();
  const browser = await launchBrowser();
  await service.produce([orderWith({ order_uid: 'to-be-measured' })]);
  process.stdout.write(
    '| View | On | First paint | Largest paint | Layout shift | Script | Style |\n|---|---|---|---|---|---|---|\n',
  );
  for (const isPhone of [false, true]) {
    for (const [view, path] of Object.entries(views)) {
      const all: Figures[] = [];
      for (let visit = 0; visit < visits; visit++)
        all.push(await measure(browser, service.url + path, isPhone));
      const of = (figure: keyof Figures) => median(all.map((figures) => figures[figure]));
      const cells = [
        view,
        isPhone ? 'phone' : 'this machine',
        `${Math.round(of('firstPaint'))} ms`,
        `${Math.round(of('largestPaint'))} ms`,
        of('shifts').toFixed(4),
        `${(of('script') / 1_000).toFixed(1)} kB`,
        `${(of('style') / 1_000).toFixed(1)} kB`,
      ];
      process.stdout.write(`| ${cells.join(' | ')} |\n`);
    }
  }
  await browser.close();
  await service.stop();
} finally {
  await globalTeardown();
}
