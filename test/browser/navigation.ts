/** The address is the one truth: links, Back and Forward, and the newest wish wins. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertShows, orderId, orderLike, search, visit, type Setting } from './visit.ts';

export function navigationTests(setting: Setting): void {
  describe('the address', () => {
    it('opens an order, and Back and Forward go through the orders looked at', async (t) => {
      await setting.service.produce([orderLike('first-order'), orderLike('second-order')]);
      const { page, assertQuiet } = await visit(t, setting, '/?order_uid=first-order');
      await assertShows(page, 'first-order');
      assert.equal(await orderId(page).inputValue(), 'first-order');
      assert.match(await page.title(), /first-order/);

      await search(page, 'second-order');
      await assertShows(page, 'second-order');
      assert.equal(new URL(page.url()).search, '?order_uid=second-order');
      assert.match(await page.title(), /second-order/);

      await page.goBack();
      await assertShows(page, 'first-order');
      assert.equal(await orderId(page).inputValue(), 'first-order');
      assert.match(await page.title(), /first-order/);

      await page.goForward();
      await assertShows(page, 'second-order');

      await page.getByRole('link', { name: 'Orders' }).click();
      await assertShows(page, 'Look up an order');
      assert.equal(new URL(page.url()).search, '');
      assertQuiet();
    });

    it('does not grow the history when the same order is searched again', async (t) => {
      await setting.service.produce([orderLike('again')]);
      const { page } = await visit(t, setting, '/');
      await search(page, 'again');
      await assertShows(page, 'again');
      await search(page, 'again');
      await assertShows(page, 'again');
      await page.goBack();
      await assertShows(page, 'Look up an order');
    });

    it('is copied by a button, and opens the same order elsewhere', async (t) => {
      await setting.service.produce([orderLike('shared')]);
      const { page } = await visit(t, setting, '/?order_uid=shared', {
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      const elsewhere = await visit(t, setting, copied);
      await assertShows(elsewhere.page, 'shared');
    });

    for (const pasted of [
      '  tidy-me\t',
      '"tidy-me",',
      '\u200Btidy-me\uFEFF',
      'https://orders.example/?order_uid=tidy-me&from=mail',
    ]) {
      it(`is found from ${JSON.stringify(pasted)}`, async (t) => {
        await setting.service.produce([orderLike('tidy-me')]);
        const { page } = await visit(t, setting, '/');
        await search(page, pasted);
        await assertShows(page, 'tidy-me');
        assert.equal(await orderId(page).inputValue(), 'tidy-me');
      });
    }

    it('shows the newest wish, also when an older answer comes after it', async (t) => {
      await setting.service.produce([orderLike('slow-order'), orderLike('fast-order')]);
      const { page } = await visit(t, setting, '/');
      const released = Promise.withResolvers<void>();
      await page.route('**/api/orders/slow-order', async (route) => {
        const response = await route.fetch();
        await released.promise;
        // The page has given this request up; then there is nobody to answer.
        await route.fulfill({ response }).catch(() => undefined);
      });
      await search(page, 'slow-order');
      await page.locator('main[aria-busy=true] .skeleton').waitFor();
      await search(page, 'fast-order');
      await assertShows(page, 'fast-order');
      released.resolve();
      await page.unrouteAll({ behavior: 'wait' });
      await assertShows(page, 'fast-order');
      assert.equal(await page.getByRole('heading', { name: 'slow-order' }).count(), 0);
    });
  });
}
