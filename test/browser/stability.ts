/** Nothing jumps: what comes later has had its place before. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertShows, orderLike, visit, type Setting } from './visit.ts';

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Element | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

/** A tenth is what https://web.dev/articles/cls calls good. The rows that a new order moves down are part of it. */
const most = 0.05;

export function stabilityTests(setting: Setting): void {
  describe('stability', () => {
    for (const width of [375, 1280]) {
      const viewport = { width, height: 800 };

      it(`an order takes the place that was kept for it, ${width} pixels`, async (t) => {
        await setting.service.produce([orderLike('stable', { customer_id: 'stable' })]);
        const { page } = await visit(t, setting, '/', { viewport });
        for (const [address, heading] of [
          ['/?order_uid=stable', 'stable'],
          ['/?customer_id=stable', 'stable'],
          ['/?order_uid=unstable', 'No order with this id'],
        ] as const) {
          // Slow enough that what stands there before is painted.
          await page.route('**/api/**', async (route) => {
            await page.waitForFunction(
              () => performance.getEntriesByName('first-contentful-paint').length > 0,
            );
            await route.continue();
          });
          await page.goto(address);
          await assertShows(page, heading);
          await assertStill(page, address);
        }
      });

      it(`figures and orders fill the page while it stands still, ${width} pixels`, async (t) => {
        // There is something to say beside the figures.
        await setting.service.produce(['{']);
        const { page } = await visit(t, setting, '/watch', { viewport });
        await page.locator('.charts .curve').first().waitFor({ state: 'attached' });
        for (let n = 0; n < 2; n++) {
          await setting.service.produce([orderLike(`stable-${width}-${n}`)]);
          await page.getByRole('link', { name: `stable-${width}-${n}` }).waitFor();
        }
        await assertStill(page, '/watch');
      });
    }
  });
}

async function assertStill(page: Page, state: string): Promise<void> {
  // What has changed is painted, and so measured, in the frame after.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const shifts = await page.evaluate(
    () =>
      new Promise<{ value: number; what: string[] }[]>((done) => {
        const observer = new PerformanceObserver((list) =>
          done(
            (list.getEntries() as LayoutShift[])
              .filter(({ hadRecentInput }) => !hadRecentInput)
              .map(({ value, sources }) => ({
                value,
                what: sources.map(({ node, previousRect: from, currentRect: to }) => {
                  const name = `${node?.nodeName} ${node?.className ?? ''}`;
                  return `${name}: ${from.x},${from.y} to ${to.x},${to.y}`;
                }),
              })),
          ),
        );
        observer.observe({ type: 'layout-shift', buffered: true });
        // Without any shift it is never called.
        setTimeout(() => done([]), 100);
      }),
  );
  const sum = shifts.reduce((sum, { value }) => sum + value, 0);
  assert.ok(sum < most, `${state}: ${JSON.stringify(shifts)}`);
}
