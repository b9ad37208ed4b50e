/** Every way not to get an order has its own words, and a way on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertShows, orderLike, pushOutOfCache, search, visit, type Setting } from './visit.ts';

export function failureTests(setting: Setting): void {
  describe('without an order', () => {
    it('a first-time visitor is told what to do, in the field that has the focus', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/');
      await assertShows(page, 'Look up an order');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'order-uid');
      assertQuiet();
    });

    it('an unknown id is not found, until the order has come', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/?order_uid=not-there-yet');
      await assertShows(page, 'No order with this id');
      await setting.service.produce([orderLike('not-there-yet')]);
      await page.getByRole('button', { name: 'Look again' }).click();
      await assertShows(page, 'not-there-yet');
      assertQuiet();
    });

    for (const wrong of [
      'no spaces',
      '../../livez',
      '..',
      'é',
      'x'.repeat(65),
      '<img src=x onerror=alert(1)>',
    ]) {
      it(`${JSON.stringify(wrong.slice(0, 30))} is not an order id`, async (t) => {
        const { page, assertQuiet } = await visit(t, setting, '/');
        await search(page, wrong);
        await assertShows(page, 'This is not an order id');
        await page.getByText('1 to 64 characters').first().waitFor();
        assertQuiet();
      });
    }

    it('an id that only the service finds invalid has the same words', async (t) => {
      const { page } = await visit(t, setting, '/');
      await page.route('**/api/orders/*', (route) =>
        route.fulfill({ status: 400, contentType: 'application/problem+json', body: '{}' }),
      );
      await search(page, 'refused');
      await assertShows(page, 'This is not an order id');
    });

    it('too many requests: a pause as long as the service asks for, then on', async (t) => {
      await setting.service.produce([orderLike('after-pause')]);
      const { page } = await visit(t, setting, '/');
      await page.route('**/api/orders/*', (route) =>
        route.fulfill({ status: 429, headers: { 'retry-after': '2' }, body: '' }),
      );
      await search(page, 'after-pause');
      await assertShows(page, 'Too many requests');
      const again = page.getByRole('button', { name: 'Search again' });
      assert.equal(await again.isDisabled(), true);
      await page.getByText('You can search again in 2 s.').waitFor();
      await page.unrouteAll();
      await again.click();
      await assertShows(page, 'after-pause');
    });

    it('no network: it says so, and goes on by itself when the network is back', async (t) => {
      await setting.service.produce([orderLike('after-tunnel')]);
      const { page } = await visit(t, setting, '/');
      await page.context().setOffline(true);
      await search(page, 'after-tunnel');
      await assertShows(page, 'You are offline');
      await page.context().setOffline(false);
      await assertShows(page, 'after-tunnel');
    });

    it('no service: it says so, and can be asked again', async (t) => {
      await setting.service.produce([orderLike('after-outage')]);
      const { page } = await visit(t, setting, '/');
      await page.route('**/api/orders/*', (route) => route.abort('connectionrefused'));
      await search(page, 'after-outage');
      await assertShows(page, 'The service does not answer');
      await page.unrouteAll();
      await page.getByRole('button', { name: 'Try again' }).click();
      await assertShows(page, 'after-outage');
    });

    it('an answer that is not an order is named, and does not break the page', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/');
      await page.route('**/api/orders/*', (route) =>
        route.fulfill({
          status: 200,
          contentType: 'application/json',
          body: '{"items":[{}],"delivery":{},"payment":{}}',
        }),
      );
      await search(page, 'half-an-order');
      await assertShows(page, 'This order cannot be laid out');
      await page.unrouteAll();
      await search(page, 'nothing-here');
      await assertShows(page, 'No order with this id');
      assertQuiet();
    });

    it('no database: 503 has its words, not those of 404, and the order comes by itself', async (t) => {
      await pushOutOfCache(setting, orderLike('waits-for-database'));
      await setting.service.database.stop();
      const { page, assertQuiet } = await visit(t, setting, '/');
      const asked: { at: number; retryAfterMs: number }[] = [];
      page.on('response', (response) => {
        if (response.status() !== 503) return;
        asked.push({ at: Date.now(), retryAfterMs: Number(response.headers()['retry-after']) * 1000 });
      });
      try {
        await search(page, 'waits-for-database');
        await assertShows(page, 'The database is not available');
        assert.equal(await page.getByRole('heading', { name: 'No order with this id' }).count(), 0);
        // It keeps trying, and not before the time that the service asked for.
        while (asked.length < 2) await page.waitForEvent('response', { timeout: 60_000 });
        assert.ok(asked[0]!.retryAfterMs > 0);
        assert.ok(asked[1]!.at - asked[0]!.at >= asked[0]!.retryAfterMs - 50);
        await assertShows(page, 'The database is not available');
      } finally {
        await setting.service.database.start();
      }
      await page.getByRole('heading', { level: 1, name: 'waits-for-database' }).waitFor({ timeout: 60_000 });
      assertQuiet();
    });
  });
}
