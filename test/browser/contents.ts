/** What one can do with an order that is shown: reveal, compare with the JSON, copy, print. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertShows, canonical, orderLike, search, visit, type Setting } from './visit.ts';

const { phone, email } = canonical.delivery;

export function contentsTests(setting: Setting): void {
  describe('the contents of an order', () => {
    it('hides phone and email until a click, each alone, also in the JSON', async (t) => {
      await setting.service.produce([orderLike('masked'), orderLike('masked-too')]);
      const { page } = await visit(t, setting, '/?order_uid=masked');
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      await page.getByRole('region', { name: 'JSON' }).getByText('"order_uid"').waitFor();
      const html = () => page.content();
      assert.ok(!(await html()).includes(phone) && !(await html()).includes(email));
      await page.getByRole('button', { name: 'Show: Phone' }).click();
      await page.getByRole('region', { name: 'Delivery' }).getByText(phone).waitFor();
      assert.ok(!(await html()).includes(email));
      await page.getByRole('button', { name: 'Show: Email' }).click();
      await page.getByRole('region', { name: 'JSON' }).getByText(email).waitFor();
      // The next order is another person.
      await search(page, 'masked-too');
      await assertShows(page, 'masked-too');
      assert.ok(!(await html()).includes(phone));
    });

    it('has the JSON beside it, with numbers as they were sent, and remembers that', async (t) => {
      const text = JSON.stringify(orderLike('as-json', { extra: 'NUMBER' }));
      await setting.service.produce([text.replace('"NUMBER"', '[9007199254740993.10,{}]')]);
      const { page } = await visit(t, setting, '/?order_uid=as-json');
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      const panel = page.getByRole('region', { name: 'JSON' });
      const shown = await panel.locator('pre').innerText();
      assert.match(shown, /"extra": \[\n {4}9007199254740993\.10,\n {4}\{\}\n {2}\]/);
      const [left, right] = await Promise.all([
        page.getByRole('region', { name: 'Items' }).boundingBox(),
        panel.boundingBox(),
      ]);
      assert.ok(left!.x + left!.width <= right!.x, 'they stand side by side');
      await page.reload();
      await panel.waitFor();
    });

    it('is copied as JSON and as curl', async (t) => {
      const sent = JSON.stringify(orderLike('to-copy'));
      await setting.service.produce([sent]);
      const { page } = await visit(t, setting, '/?order_uid=to-copy', {
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const copied = async (button: string) => {
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('button', { name: 'Copied' }).first().waitFor();
        return page.evaluate(() => navigator.clipboard.readText());
      };
      assert.equal(await copied('Copy JSON'), sent);
      const url = `${setting.service.url.replace(/\/$/, '')}/api/orders/to-copy`;
      assert.equal(await copied('Copy as curl'), `curl -fsS '${url}'`);
    });

    it('prints the order and nothing around it, and what is masked stays so', async (t) => {
      await setting.service.produce([orderLike('on-paper')]);
      const { page } = await visit(t, setting, '/?order_uid=on-paper', { colorScheme: 'dark' });
      await assertShows(page, 'on-paper');
      await page.emulateMedia({ media: 'print' });
      for (const hidden of ['.top-bar', '.foot', '.order-actions', '.icon-button']) {
        assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
      }
      assert.equal(await page.getByRole('region', { name: 'Payment' }).isVisible(), true);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(background, 'rgb(255, 255, 255)');
      assert.ok(!(await page.content()).includes(phone));
    });

    it('has a title and an icon of its own in the row of tabs', async (t) => {
      await setting.service.produce([orderLike('tab-a'), orderLike('tab-b')]);
      const { page } = await visit(t, setting, '/');
      const icon = () => page.locator('link[rel=icon]').getAttribute('href');
      assert.equal(await icon(), '/favicon.svg');
      const icons: (string | null)[] = [];
      for (const uid of ['tab-a', 'tab-b']) {
        await search(page, uid);
        await assertShows(page, uid);
        icons.push(await icon());
      }
      assert.ok(icons[0]!.startsWith('data:image/svg') && icons[0] !== icons[1]);
    });
  });
}
