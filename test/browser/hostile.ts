/** Orders are written by somebody else: whatever stands in them is shown as text, and the page holds its shape. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertNoSidewaysScroll, assertShows, canonical, orderLike, visit, type Setting } from './visit.ts';

const script =
  '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script><svg/onload=hacked=1>';
const rightToLeft = '\u202Eevil\u202D \u2067שלום\u2069 \u200F';
const word = 'W'.repeat(2_000);
const max = Number.MAX_SAFE_INTEGER;

/** Each text of the document replaced by a hostile one, each number by the largest. */
function spoiled<Part extends object>(part: Part, length: number): Part {
  const text = (key: string): string => `${key}@ ${script} ${rightToLeft} ${word.slice(0, length)}`;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, typeof value === 'string' ? text(key) : max]),
  ) as Part;
}

const itemCount = 130;
const hostile = {
  ...spoiled(canonical, word.length),
  order_uid: `hostile-${'w'.repeat(56)}`,
  date_created: '9999-12-31T23:59:59.999999999-12:00',
  delivery: { ...spoiled(canonical.delivery, word.length), phone: `+${'1'.repeat(2_000)}` },
  payment: { ...spoiled(canonical.payment, word.length), currency: 'wWw' },
  items: Array.from({ length: itemCount }, (_, index) => ({
    ...spoiled(canonical.items[0]!, 200),
    name: `${index} ${script}`,
  })),
  [script]: { [word]: [script, { a: { b: { c: { d: { e: { f: [[[[script]]]] } } } } } }] },
  __proto__x: rightToLeft,
};

export function hostileTests(setting: Setting): void {
  describe('hostile content', () => {
    it('in every field runs no script, raises no error and scrolls nothing sideways', async (t) => {
      await setting.service.produce([JSON.stringify(hostile)]);
      const { page, assertQuiet } = await visit(t, setting, `/?order_uid=${hostile.order_uid}`);
      await assertShows(page, hostile.order_uid);
      assert.equal(await page.getByRole('table').getByRole('row').count(), itemCount + 1);
      const found = await page.evaluate(() => ({
        hacked: 'hacked' in globalThis,
        elements: document.querySelectorAll('#app :is(img, script, iframe, [onerror], [onload], [style])')
          .length,
      }));
      assert.deepEqual(found, { hacked: false, elements: 0 });
      const shown = await page.getByRole('region', { name: 'Delivery' }).innerText();
      assert.ok(shown.includes('<img src=x onerror="globalThis.hacked=1">'));
      for (const width of [320, 375, 820, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertNoSidewaysScroll(page);
      }
      // Long values are folded; unfolded they must hold, too.
      const unfold = page.getByRole('button', { name: /^Show all/ });
      assert.ok((await unfold.count()) > itemCount);
      await unfold.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
      await unfold.first().waitFor({ state: 'detached' });
      assert.ok((await page.getByRole('region', { name: 'Delivery' }).innerText()).includes(word));
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertNoSidewaysScroll(page);
      }
      assertQuiet();
    });

    it('cannot turn the words around it: each value stands alone', async (t) => {
      await setting.service.produce([
        orderLike('right-to-left', { delivery: { ...canonical.delivery, city: rightToLeft } }),
      ]);
      const { page } = await visit(t, setting, '/?order_uid=right-to-left');
      const city = page.locator('bdi', { hasText: 'evil' });
      assert.equal(await city.evaluate((element) => getComputedStyle(element).unicodeBidi), 'isolate');
    });

    it('marks of direction that are not closed, or close too much, turn no words beside them', async (t) => {
      const item = {
        ...canonical.items[0]!,
        brand: '\u2069\u202Ebrand\u2066',
        size: '\u2069\u202Esize\u2067',
      };
      await setting.service.produce([orderLike('unbalanced', { items: [item] })]);
      const { page } = await visit(t, setting, '/?order_uid=unbalanced');
      const lefts = await page.locator('.item-brand').evaluate((line) =>
        [...line.childNodes].map((part) => {
          const range = document.createRange();
          range.selectNode(part);
          return range.getBoundingClientRect().left;
        }),
      );
      assert.ok(lefts.length >= 4);
      assert.deepEqual(
        lefts,
        lefts.toSorted((a, b) => a - b),
      );
    });

    it('nested a thousand deep is shown as far as there is room', async (t) => {
      const deep = '['.repeat(1_000) + ']'.repeat(1_000);
      const text = JSON.stringify(orderLike('deep', { deep: 'HERE' })).replace('"HERE"', deep);
      await setting.service.produce([text]);
      const { page, assertQuiet } = await visit(t, setting, '/?order_uid=deep');
      await assertShows(page, 'deep');
      await page.getByRole('region', { name: 'Additional fields' }).getByText('[[[').waitFor();
      assertQuiet();
    });

    it('meets a policy that runs and loads nothing but the files of the page', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/');
      const policy = (await page.request.get('/')).headers()['content-security-policy'] ?? '';
      for (const directive of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
      ]) {
        assert.ok(policy.includes(directive), `${directive} is not in ${policy}`);
      }
      assert.ok(!policy.includes('unsafe'));
      await page.evaluate(() => {
        document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="globalThis.hacked = 1">');
      });
      await page.locator('body > img').waitFor({ state: 'attached' });
      assert.equal(await page.evaluate(() => 'hacked' in globalThis), false);
      // The browser reports the violation: proof that the policy, and not luck, stopped it.
      assert.throws(assertQuiet, /Content Security Policy/);
    });
  });
}
