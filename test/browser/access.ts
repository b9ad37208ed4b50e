/** For everyone: by keyboard alone, in two languages, light and dark, read aloud. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from './axe.ts';
import { assertNoSidewaysScroll, assertShows, orderId, orderLike, search, visit } from './visit.ts';
import type { Setting } from './visit.ts';

export function accessTests(setting: Setting): void {
  describe('for everyone', () => {
    it('everything is reached by keyboard, and the focus is seen', async (t) => {
      await setting.service.produce([orderLike('by-keyboard')]);
      const { page, assertQuiet } = await visit(t, setting, '/');
      await page.keyboard.type('by-keyboard');
      await page.keyboard.press('Enter');
      await assertShows(page, 'by-keyboard');

      const reached: string[] = [];
      for (let stop = 0; stop < 14; stop++) {
        await page.keyboard.press('Tab');
        const { name, outlined } = await focused(page);
        reached.push(name);
        assert.ok(outlined, `the focus on ${name} is not seen`);
      }
      assert.deepEqual(reached, [
        'Clear',
        'Find',
        'English',
        'As the system',
        'Copy order id',
        'Copy link',
        'Copy JSON',
        'Copy as curl',
        'JSON',
        'WBILMTESTTRACK',
        'test',
        'Show: Phone',
        'Show: Email',
        'HTTP API',
      ]);

      await page.keyboard.press('/');
      assert.equal((await focused(page)).name, 'order-uid');
      await page.keyboard.press('Escape');
      assert.equal(await orderId(page).inputValue(), '');
      assertQuiet();
    });

    it('the first key stop is at the top, also of a view that is opened by its address', async (t) => {
      for (const path of ['/watch', '/dead-letters', '/docs']) {
        const { page } = await visit(t, setting, path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.keyboard.press('Tab');
        const inHeader = await page.evaluate(() => document.activeElement?.closest('header') !== null);
        assert.ok(inHeader, `${path} starts at ${(await focused(page)).name}`);
      }
    });

    it('speaks Russian to a Russian browser, and the switch is remembered', async (t) => {
      await setting.service.produce([orderLike('po-russki')]);
      const { page, assertQuiet } = await visit(t, setting, '/?order_uid=po-russki', { locale: 'ru-RU' });
      await page.getByRole('region', { name: 'Доставка' }).waitFor();
      await page.getByText('1 товар').waitFor();
      await page
        .getByText(/^1\s817 USD$/)
        .first()
        .waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'ru');
      assert.match(await page.title(), /^Заказ po-russki/);
      await search(page, 'net-takogo');
      await assertShows(page, 'Заказа с таким номером нет');

      await page.getByRole('radio', { name: 'Русский' }).focus();
      await page.keyboard.press('ArrowLeft');
      await assertShows(page, 'No order with this id');
      await page.reload();
      await assertShows(page, 'No order with this id');
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
      assertQuiet();
    });

    it('is dark on a dark system, light when that is chosen, and remembers it', async (t) => {
      const { page } = await visit(t, setting, '/', { colorScheme: 'dark' });
      await assertShows(page, 'Look up an order');
      assert.ok((await brightness(page)) < 40);
      await page.getByRole('radio', { name: 'Light' }).check({ force: true });
      assert.ok((await brightness(page)) > 215);
      await page.reload();
      await assertShows(page, 'Look up an order');
      assert.ok((await brightness(page)) > 215);
      await page.getByRole('radio', { name: 'As the system' }).check({ force: true });
      assert.ok((await brightness(page)) < 40);
    });

    it('says each result to a screen reader, and has its landmarks', async (t) => {
      await setting.service.produce([orderLike('read-aloud')]);
      const { page } = await visit(t, setting, '/');
      const status = page.getByRole('status');
      await search(page, 'read-aloud');
      await status.getByText(/^Order read-aloud is shown\. From cache [\d.,]+ ms$/).waitFor();
      await search(page, 'not-known');
      await status.getByText('No order with this id').waitFor();
      for (const landmark of ['banner', 'search', 'main', 'contentinfo'] as const) {
        assert.equal(await page.getByRole(landmark).count(), 1, landmark);
      }
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      it(`axe finds nothing in any state, ${colorScheme}`, async (t) => {
        await setting.service.produce([
          orderLike('for-axe', { customer_id: 'axe', gift: { wrapped: true } }),
        ]);
        const { page } = await visit(t, setting, '/', { colorScheme, reducedMotion: 'reduce' });
        for (const address of [
          '/',
          '/?order_uid=for-axe',
          '/?customer_id=axe',
          '/?order_uid=unknown',
          '/?order_uid=a b',
        ]) {
          await page.goto(address);
          await page.locator('main[aria-busy=false] h1').waitFor();
          await assertAccessible(page, `${address} ${colorScheme}`);
        }
        await page.goto('/?order_uid=for-axe');
        await page.getByRole('button', { name: 'JSON', exact: true }).click();
        await page.getByRole('region', { name: 'JSON' }).waitFor();
        await assertAccessible(page, `with JSON ${colorScheme}`);
      });
    }

    it('moves nothing when the reader asked for less motion', async (t) => {
      const { page } = await visit(t, setting, '/', { reducedMotion: 'reduce' });
      await page.route('**/api/orders/*', () => undefined);
      await search(page, 'never-comes');
      await page.locator('.skeleton').waitFor();
      assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    });

    for (const width of [320, 375, 1280]) {
      for (const locale of ['en-GB', 'ru-RU']) {
        it(`fits ${width} pixels in ${locale}, in each state`, async (t) => {
          await setting.service.produce([orderLike('fits')]);
          const { page } = await visit(t, setting, '/', { locale, viewport: { width, height: 700 } });
          for (const uid of ['', 'fits', 'unknown', 'in valid']) {
            await page.goto(`/?order_uid=${encodeURIComponent(uid)}`);
            await page.locator('main[aria-busy=false] h1').waitFor();
            await assertNoSidewaysScroll(page);
          }
        });
      }
    }
  });
}

async function focused(page: Page): Promise<{ name: string; outlined: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    // The radio of a switch is unseen; the face beside it carries the ring.
    const faces = [element, element.nextElementSibling].filter((face) => face !== null);
    return {
      name: element.id || (element.getAttribute('aria-label') ?? element.innerText.trim().split('\n')[0]!),
      outlined: faces.some((face) => getComputedStyle(face).outlineStyle === 'solid'),
    };
  });
}

/** 0 to 255, of what is behind everything. */
async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const channels = color.match(/\d+/g)!.slice(0, 3).map(Number);
  return channels.reduce((sum, channel) => sum + channel, 0) / 3;
}
