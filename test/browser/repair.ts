/** Dead letters: found, understood, mended, replayed; by one who has never seen the page. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import { assertNoSidewaysScroll, assertShows, canonical, orderLike, visit, type Setting } from './visit.ts';

export function repairTests(setting: Setting): void {
  /** Keeps bad records, and returns the ids of their dead letters, the oldest first. */
  const keep = async (...values: (object | string | Buffer | null)[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const value of values) {
      await setting.service.produce([value]);
      const response = await fetch(`${setting.service.url}/api/dead-letters?limit=1`);
      const { dead_letters } = (await response.json()) as { dead_letters: { id: string }[] };
      ids.push(dead_letters[0]!.id);
    }
    return ids;
  };
  const editor = (page: Page) => page.getByRole('textbox', { name: 'Content' });

  describe('repair', () => {
    it('finds dead letters by what is wrong and by words, and opens one', async (t) => {
      await keep('{"a":', orderLike('bad-number', { sm_id: 'x' }), Buffer.from([0xff, 0xfe]));
      const { page, assertQuiet } = await visit(t, setting, '/dead-letters');
      await assertShows(page, 'Dead letters');
      await page.getByRole('combobox', { name: 'What is wrong' }).selectOption('Not JSON');
      await page.getByRole('link', { name: 'Wrong fields' }).first().waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Not JSON' }).first().waitFor();
      await page.getByRole('combobox', { name: 'What is wrong' }).selectOption('Any');
      await page.getByRole('textbox', { name: 'Words in the reason' }).fill('/SM_ID');
      await page.getByRole('link', { name: 'Not UTF-8' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Wrong fields' }).first().click();
      await assertShows(page, /^Dead letter \d+$/);
      assert.match(await editor(page).inputValue(), /bad-number/);
      await page.goBack();
      assert.equal(
        await page.getByRole('textbox', { name: 'Words in the reason' }).inputValue(),
        '/SM_ID',
        'the filter is kept',
      );
      assertQuiet();
    });

    it('shows each error at its place, says as one types whether it is an order, and replays it', async (t) => {
      const bad = orderLike('to-mend', {
        sm_id: 'ninety-nine',
        payment: { ...canonical.payment, currency: 'DOLLARS' },
      });
      const [id] = await keep(JSON.stringify(bad));
      const { page, assertQuiet } = await visit(t, setting, `/dead-letters?id=${id}`);
      await page.getByText('Not an order yet: 2 errors.').waitFor();
      assert.deepEqual(await page.locator('.editor mark').allInnerTexts(), ['"DOLLARS"', '"ninety-nine"']);
      const send = page.getByRole('button', { name: 'Replay' });
      assert.equal(await send.isDisabled(), true);

      await page.getByRole('button', { name: 'Format' }).click();
      await page.getByRole('button', { name: /line \d+.*\/sm_id/ }).click();
      const selected = await editor(page).evaluate((field: HTMLTextAreaElement) =>
        field.value.slice(field.selectionStart, field.selectionEnd),
      );
      assert.equal(selected, '"ninety-nine"');
      assert.equal(await editor(page).evaluate((field) => getComputedStyle(field).outlineStyle), 'solid');
      await page.keyboard.type('99');
      await page.getByText('Not an order yet: 1 error.').waitFor();
      const text = await editor(page).inputValue();
      await editor(page).fill(text.replace('DOLLARS', 'USD,"'));
      await page.locator('.errors').getByText('/payment').waitFor({ state: 'detached' });
      await page.locator('.errors').getByText('The value is not JSON').waitFor();
      await editor(page).fill(text.replace('DOLLARS', 'USD'));
      await page.getByText('This is an order. Replayed, it is stored as to-mend.').waitFor();
      assert.equal((await page.request.get('/api/orders/to-mend')).status(), 404, 'a check changes nothing');

      await page.getByRole('button', { name: 'Replay corrected' }).click();
      await page.getByText('Its order is stored.').waitFor();
      await page.getByRole('link', { name: 'to-mend' }).first().click();
      await assertShows(page, 'to-mend');
      assertQuiet();
    });

    it('replays bytes as they are, and takes new content for those that are no text', async (t) => {
      const [id] = await keep(Buffer.from([0xff, 0x00, 0x41]));
      const { page } = await visit(t, setting, `/dead-letters?id=${id}`);
      await page.getByText('The bytes are no text.').waitFor();
      await page.getByText('Bytes', { exact: true }).click();
      await page.getByText('ff 00 41').waitFor();
      await page.getByText('Not an order yet: 1 error.').waitFor();
      await editor(page).fill(JSON.stringify(orderLike('typed-anew')));
      await page.getByText('stored as typed-anew').waitFor();
    });

    it('checks all that match first, then replays on a second word, with a result for each', async (t) => {
      // Invalid once, mended by an order that came later: to replay is to find that out.
      const batch = Array.from({ length: 60 }, (_, n) => orderLike(`bulk-${n}`, { sm_id: -7 }));
      await setting.service.produce(batch);
      const { page, assertQuiet } = await visit(t, setting, '/dead-letters');
      await page.getByRole('textbox', { name: 'Words in the reason' }).fill('/sm_id must be >= 0');
      await page.getByText('Show more').waitFor();
      await page.getByRole('button', { name: 'Check all that match' }).click();
      await page.getByText('Checked: nothing was changed').waitFor();
      await page.getByText('60 of 60').waitFor();
      await page.getByText('Each record').click();
      assert.equal(await page.locator('.bulk-results li').count(), 60);
      assert.equal(await page.getByRole('button', { name: /^Replay/ }).count(), 0, 'nothing to replay');
      await page.getByRole('button', { name: 'Close' }).click();

      await page
        .getByRole('checkbox', { name: /^Select dead letter/ })
        .first()
        .check();
      await page.getByRole('button', { name: 'Check 1 record' }).click();
      await page.getByText('1 of 1').waitFor();
      assertQuiet();
    });

    it('replays those that can be, with progress, and can be stopped', async (t) => {
      const { page } = await visit(t, setting, '/dead-letters');
      let asked = 0;
      await page.route('**/api/dead-letters/replay', async (route) => {
        asked++;
        const { dry_run } = route.request().postDataJSON() as { dry_run: boolean };
        if (asked === 2) return route.fulfill({ status: 503, headers: { 'retry-after': '1' }, body: '' });
        const results = Array.from({ length: 25 }, (_, n) => ({
          id: String(asked * 100 + n),
          outcome: n < 20 ? 'replayed' : 'invalid',
          order_uid: n < 20 ? `mended-${asked}-${n}` : null,
          reason: n < 20 ? null : '<img src=x onerror=alert(1)>',
          errors: [],
        }));
        const total = asked === 1 || asked === 4 ? 50 : 25;
        const next_cursor = asked === 1 || asked === 4 ? '1.2' : null;
        await route.fulfill({ json: { dry_run, results, total, next_cursor } });
      });
      await page.getByRole('button', { name: 'Check all that match' }).click();
      await page.getByText('the database does not answer, trying again').waitFor();
      await page.getByText('50 of 50').waitFor();
      await page.getByRole('button', { name: 'Replay 40 records' }).click();
      await page.getByRole('heading', { name: 'Replayed' }).waitFor();
      await page.getByText('Each record').click();
      await page.getByRole('link', { name: 'mended-4-0' }).waitFor();
      await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
    });

    it('a dead letter that is gone, and a list without any, have their words', async (t) => {
      const { page } = await visit(t, setting, '/dead-letters?id=999999');
      await assertShows(page, 'No dead letter with this id');
      await page.goto('/dead-letters?id=%3Cb%3E');
      await assertShows(page, 'No dead letter with this id');
      await page.getByRole('link', { name: '← All dead letters' }).click();
      await page.getByRole('textbox', { name: 'Words in the reason' }).fill('nothing is wrong like this');
      await page.getByRole('heading', { name: 'None here' }).waitFor();
    });

    it('holds hostile bytes, and what nests too deeply, in its shape', async (t) => {
      const hostile = `{"${'k'.repeat(3_000)}":"<img src=x onerror=globalThis.hacked=1>\u202E","d":${'['.repeat(2_000)}`;
      const [id] = await keep(hostile);
      const { page, assertQuiet } = await visit(t, setting, `/dead-letters?id=${id}`);
      await page.getByText(/Not an order yet/).waitFor();
      assert.equal(await page.evaluate(() => 'hacked' in globalThis), false);
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertNoSidewaysScroll(page);
      }
      assertQuiet();
    });

    it('says what is wrong in Russian on the Russian page', async (t) => {
      const [id] = await keep(orderLike('po-russki', { sm_id: 'x', customer_id: ' ' }));
      const { page, assertQuiet } = await visit(t, setting, '/dead-letters', { locale: 'ru-RU' });
      const reason =
        '/customer_id не должно быть пустым; правильный Юникод без NUL; /sm_id должно быть целым числом';
      await page.locator('.reason', { hasText: reason }).waitFor();
      await page.goto(`/dead-letters?id=${id}`);
      await page.locator('.errors').getByText('должно быть целым числом').waitFor();
      await page.getByRole('region', { name: 'Запись' }).getByText(reason).waitFor();
      assertQuiet();
    });

    for (const locale of ['en-GB', 'ru-RU']) {
      it(`fits each width in ${locale}, and axe finds nothing`, async (t) => {
        const [id] = await keep(orderLike('accessible', { sm_id: null }));
        const { page } = await visit(t, setting, '/dead-letters', { locale, reducedMotion: 'reduce' });
        for (const address of ['/dead-letters', `/dead-letters?id=${id}`]) {
          await page.goto(address);
          await page.locator('.letter-table, .verdict.warning').waitFor();
          for (const width of [320, 375, 820, 1280]) {
            await page.setViewportSize({ width, height: 800 });
            await assertNoSidewaysScroll(page);
          }
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            await assertAccessible(page, `${address} ${locale} ${colorScheme}`);
          }
        }
      });
    }
  });
}
