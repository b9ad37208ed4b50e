/** The ways to an order beside its id, and what this browser remembers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertNoSidewaysScroll,
  assertShows,
  orderId,
  orderLike,
  search,
  visit,
  type Setting,
} from './visit.ts';

export function searchTests(setting: Setting): void {
  describe('search', () => {
    it('finds the orders of a track number or a customer in the same field', async (t) => {
      await setting.service.produce([
        ...[1, 2, 3].map((n) => orderLike(`of-vera-${n}`, { customer_id: 'vera', track_number: 'PARCEL 7' })),
        orderLike('of-another', { customer_id: 'another', track_number: 'PARCEL 7' }),
      ]);
      const { page, assertQuiet } = await visit(t, setting, '/');
      await search(page, 'vera');
      await assertShows(page, 'vera');
      assert.equal(new URL(page.url()).search, '?customer_id=vera');
      const rows = page.getByRole('table', { name: 'Customer' }).getByRole('row');
      assert.equal(await rows.count(), 4);
      assert.match(await page.title(), /vera/);

      // No id has a space: it is looked for as the other two at once.
      await search(page, 'PARCEL 7');
      await assertShows(page, 'PARCEL 7');
      await page.getByText('4 orders').waitFor();
      await page.getByRole('link', { name: 'of-another' }).click();
      await assertShows(page, 'of-another');
      await page.goBack();
      await assertShows(page, 'PARCEL 7');
      assert.equal(await orderId(page).inputValue(), 'PARCEL 7');
      await page.goBack();
      await assertShows(page, 'vera');
      assertQuiet();
    });

    it('goes from an order to the others of its customer', async (t) => {
      await setting.service.produce([orderLike('first-of-two', { customer_id: 'two-orders' })]);
      await setting.service.produce([orderLike('second-of-two', { customer_id: 'two-orders' })]);
      const { page } = await visit(t, setting, '/?order_uid=first-of-two');
      await page.getByRole('link', { name: 'two-orders' }).click();
      await page.getByRole('link', { name: 'second-of-two' }).click();
      await assertShows(page, 'second-of-two');
    });

    it('shows a customer of many orders page by page', async (t) => {
      const orders = Array.from({ length: 60 }, (_, n) => orderLike(`many-${n}`, { customer_id: 'many' }));
      await setting.service.produce(orders);
      const { page } = await visit(t, setting, '/?customer_id=many');
      await page.getByText('the newest 50 orders').waitFor();
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByText('60 orders', { exact: true }).waitFor();
      assert.equal(await page.getByRole('row').count(), 61);
      await page.setViewportSize({ width: 320, height: 700 });
      await assertNoSidewaysScroll(page);
    });

    for (const personal of ['anna@example.com', '+7 (916) 123-45-67', '8-916-123-45-67', '8 916 1234567']) {
      it(`never puts ${personal} into an address or a request`, async (t) => {
        const { page, assertQuiet } = await visit(t, setting, '/');
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        await search(page, personal);
        await assertShows(page, 'Phones and emails are not searched');
        assert.equal(new URL(page.url()).search, '');
        assert.deepEqual(asked, []);
        assertQuiet();
      });
    }

    it('makes no link of a customer id that is an email', async (t) => {
      await setting.service.produce([orderLike('mail-customer', { customer_id: 'anna@example.com' })]);
      const { page } = await visit(t, setting, '/?order_uid=mail-customer');
      await assertShows(page, 'mail-customer');
      assert.equal(await page.getByRole('link', { name: 'anna@example.com' }).count(), 0);
    });

    it('remembers the orders looked at, by their ids alone, until it is told to forget', async (t) => {
      await setting.service.produce([orderLike('recent-1'), orderLike('recent-2')]);
      const { page } = await visit(t, setting, '/');
      for (const uid of ['recent-1', 'recent-2', 'recent-1']) {
        await search(page, uid);
        await assertShows(page, uid);
      }
      await search(page, 'never-there');
      await assertShows(page, 'No order with this id');
      await page.goto('/');
      const recent = page.getByRole('region', { name: 'Last looked at in this browser' });
      assert.deepEqual(await recent.getByRole('link').allInnerTexts(), ['recent-1', 'recent-2']);
      const stored = await page.evaluate(() =>
        JSON.stringify(Object.fromEntries(Object.entries(localStorage))),
      );
      assert.equal(stored, JSON.stringify({ recent: 'recent-1 recent-2' }));
      await recent.getByRole('link', { name: 'recent-2' }).click();
      await assertShows(page, 'recent-2');
      await page.goto('/');
      await page.getByRole('button', { name: 'Forget them' }).click();
      await recent.waitFor({ state: 'detached' });
      await page.reload();
      await page.getByText('For example').waitFor();
    });
  });
}
