/** An order that is there: laid out whole, and honest about where it came from. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertShows, canonical, orderLike, pushOutOfCache, search, visit, type Setting } from './visit.ts';

export function orderTests(setting: Setting): void {
  describe('an order', () => {
    it('is found by its id, and every value of it is on the page', async (t) => {
      await setting.service.produce([orderLike('whole-order')]);
      const { page, assertQuiet } = await visit(t, setting, '/');
      await search(page, 'whole-order');
      await assertShows(page, 'whole-order');

      await page.getByRole('button', { name: 'Show: Phone' }).click();
      await page.getByRole('button', { name: 'Show: Email' }).click();
      const shown = await page.getByRole('article').innerText();
      const { delivery, payment, items } = canonical;
      const texts = [canonical, delivery, payment, items[0]!]
        .flatMap((part) => Object.values(part))
        .filter((value) => typeof value === 'string')
        // Its date is another test; its id is not that of the canonical order.
        .filter((value) => value !== '' && value !== canonical.date_created);
      assert.ok(texts.length > 20);
      const numbers = ['99', '9934930', '2389212', '202', '453', '−30%', '317', '1,500', '1,817 USD'];
      const missing = [...texts, ...numbers].filter((text) => !shown.includes(text));
      assert.deepEqual(missing, []);
      assertQuiet();
    });

    it('has its dates in local time with UTC at hand', async (t) => {
      await setting.service.produce([orderLike('dated')]);
      const { page } = await visit(t, setting, '/?order_uid=dated');
      await assertShows(page, 'dated');
      const times = await page.locator('time').allInnerTexts();
      assert.deepEqual(
        times.map((time) => time.split(/\n+/)),
        [
          ['26 Nov 2021, 15:22:19 GMT+9', '26 Nov 2021, 06:22:19 UTC'],
          ['26 Nov 2021, 15:22:07 GMT+9', '26 Nov 2021, 06:22:07 UTC'],
        ],
      );
    });

    it('has a payment that adds up line by line, or says by how much it does not', async (t) => {
      const wrong = { ...canonical.payment, amount: 1800 };
      await setting.service.produce([orderLike('sum-right'), orderLike('sum-wrong', { payment: wrong })]);
      const { page } = await visit(t, setting, '/?order_uid=sum-right');
      const payment = page.getByRole('region', { name: 'Payment' });
      await payment.getByText('Adds up').waitFor();
      assert.deepEqual(await payment.locator('.line dd').allInnerTexts(), ['317', '1,500', '0', '1,817 USD']);

      await search(page, 'sum-wrong');
      await payment.getByText('The parts come to 1,817 USD: the amount is 17 USD less.').waitFor();
      assert.equal(await payment.getByText('Adds up').count(), 0);
    });

    it('shows currencies, locales, times and sums that no library knows as they are', async (t) => {
      const max = Number.MAX_SAFE_INTEGER;
      const payment = {
        ...canonical.payment,
        currency: 'qQx',
        payment_dt: max,
        amount: max,
        goods_total: max,
        delivery_cost: max,
        custom_fee: max,
      };
      await setting.service.produce([orderLike('odd-codes', { locale: 'no such-locale!', payment })]);
      const { page, assertQuiet } = await visit(t, setting, '/?order_uid=odd-codes');
      const region = page.getByRole('region', { name: 'Payment' });
      await region.getByText(String(max), { exact: true }).waitFor();
      // 3 × (2^53 − 1) is past what a number can hold.
      await region.getByText('The parts come to 27,021,597,764,222,973 qQx').waitFor();
      await page.getByText('no such-locale!').waitFor();
      assertQuiet();
    });

    it('has the fields that the model does not know, wherever they are, with their numbers exact', async (t) => {
      const text = JSON.stringify(
        orderLike('unknown-fields', {
          gift: true,
          delivery: { ...canonical.delivery, door: { code: 'A7', floors: [3, null] } },
          items: [canonical.items[0], { ...canonical.items[0], weight: 'NUMBER' }],
        }),
      );
      await setting.service.produce([text.replace('"NUMBER"', '9007199254740993.10')]);
      const { page } = await visit(t, setting, '/?order_uid=unknown-fields');
      const shown = await page.getByRole('region', { name: 'Additional fields' }).innerText();
      assert.match(shown, /gift\s+true/);
      assert.match(shown, /delivery\.door\s+code\s+A7\s+floors\s+0\s+3\s+1\s+null/);
      assert.match(shown, /items\[1\]\.weight\s+9007199254740993\.10/);
    });

    it('has no card of additional fields when there are none', async (t) => {
      await setting.service.produce([orderLike('no-extras')]);
      const { page } = await visit(t, setting, '/?order_uid=no-extras');
      await assertShows(page, 'no-extras');
      assert.equal(await page.getByRole('region', { name: 'Additional fields' }).count(), 0);
    });

    it('says whether it came from the database or from the cache, and in how many milliseconds', async (t) => {
      await pushOutOfCache(setting, orderLike('pushed-out'));
      const { page } = await visit(t, setting, '/');
      await search(page, 'pushed-out');
      await page.getByText(/^From database\s*[\d.,]+ ms$/).waitFor();
      await search(page, 'pushed-out');
      await page.getByText(/^From cache\s*[\d.,]+ ms$/).waitFor();
      assert.equal(await page.getByText('From database').count(), 0);
    });
  });
}
