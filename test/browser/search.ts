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

    for (const [personal, heading] of [
      ['anna@example.com', 'Phones and emails are not searched'],
      ['anna%40example.com', 'Phones and emails are not searched'],
      ['+9720000000', 'Phones and emails are not searched'],
      ['+7 (916) 123-45-67', 'Phones and emails are not searched'],
      ['8 (912) 000-00-00', 'Phones and emails are not searched'],
      ['8 916 1234567', 'Phones and emails are not searched'],
      ['Anna, +7 916 123-45-67', 'Phones and emails are not searched'],
      ['\u202A+7\u00A0916\u00A01234567\u202C', 'Phones and emails are not searched'],
      ['٩٧٢٠٠٠٠٠٠٠', 'Phones and emails are not searched'],
      ['9720000000', 'This may be a phone number'],
      ['8-916-123-45-67', 'This may be a phone number'],
    ] as const) {
      it(`puts ${JSON.stringify(personal)} into no address, history, request or storage`, async (t) => {
        const { page, assertQuiet } = await visit(t, setting, '/');
        const asked: string[] = [];
        const addresses: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('framenavigated', (frame) => addresses.push(new URL(frame.url()).search));
        const before = await page.evaluate(() => history.length);
        await search(page, personal);
        await assertShows(page, heading);
        await page.getByRole('status').getByText(heading).waitFor({ state: 'attached' });
        assert.equal(page.url(), `${setting.service.url}/`);
        const left = await page.evaluate(() => ({
          entries: history.length,
          state: history.state as unknown,
          stored: localStorage.length + sessionStorage.length,
        }));
        assert.deepEqual(left, { entries: before, state: null, stored: 0 });
        assert.deepEqual({ asked, addresses: addresses.filter(Boolean) }, { asked: [], addresses: [] });
        assertQuiet();
      });
    }

    it('takes a phone or an email out of the address of a link, and asks nothing with it', async (t) => {
      const { page } = await visit(t, setting, '/');
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      for (const query of ['customer_id=anna@example.com', 'order_uid=%2B79161234567']) {
        await page.goto(`/?${query}`);
        await assertShows(page, 'Phones and emails are not searched');
        assert.equal(page.url(), `${setting.service.url}/`);
      }
      assert.deepEqual(
        asked.filter((path) => path.startsWith('/api/')),
        [],
      );
    });

    for (const [button, found, query] of [
      ['It is an order id', '9720000001', 'order_uid=9720000001'],
      ['It is a track number', '9720000002', 'track_number=9720000002'],
      ['It is a customer id', '9720000003', 'customer_id=9720000003'],
    ] as const) {
      it(`searches digits once somebody says: ${button}`, async (t) => {
        await setting.service.produce([
          orderLike('9720000001', { track_number: '9720000002', customer_id: '9720000003' }),
        ]);
        const { page, assertQuiet } = await visit(t, setting, '/');
        await search(page, found);
        await page.getByRole('button', { name: button }).click();
        await assertShows(page, found);
        assert.equal(new URL(page.url()).search, `?${query}`);
        // What it is has been said: the same search looks again at once.
        await search(page, found);
        await assertShows(page, found);
        await page.reload();
        await assertShows(page, found);
        await page.goBack();
        await assertShows(page, 'Look up an order');
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
