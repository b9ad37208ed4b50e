/** Orders as they arrive, figures, and what is wrong in words; and the reference of the API. */
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { assertAccessible } from './axe.ts';
import { assertNoSidewaysScroll, assertShows, orderLike, visit, type Setting } from './visit.ts';

export function watchingTests(setting: Setting): void {
  describe('watching', () => {
    it('shows an order as it arrives, and opens it', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/watch');
      await page.getByText('Live', { exact: true }).waitFor();
      await setting.service.produce([
        orderLike('comes-live', { track_number: '<img src=y onerror=alert(2)>' }),
      ]);
      await page.getByRole('row', { name: 'comes-live' }).waitFor({ timeout: 3_000 });
      await page.getByRole('row').nth(1).getByText('<img src=y').waitFor();
      assert.match(await page.title(), /Watch/);
      await page.getByRole('link', { name: 'comes-live' }).click();
      await assertShows(page, 'comes-live');
      await page.goBack();
      await assertShows(page, 'Now');
      assertQuiet();
    });

    it('holds still while paused, and goes on with what came', async (t) => {
      await setting.service.produce([orderLike('before-pause')]);
      const { page } = await visit(t, setting, '/watch');
      await page.getByRole('row', { name: 'before-pause' }).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      const event = page.waitForResponse((response) => response.url().includes('/api/stats'));
      await setting.service.produce([orderLike('while-paused')]);
      await event;
      await page.getByText('Paused').waitFor();
      assert.equal(await page.getByRole('row', { name: 'while-paused' }).count(), 0);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('row', { name: 'while-paused' }).waitFor();
    });

    it('counts what comes too fast to be listed, and the page stays as long as it is', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/watch');
      await page.getByText('Live', { exact: true }).waitFor();
      const orders = Array.from({ length: 3_000 }, (_, n) => orderLike(`rush-${n}`));
      await setting.service.produce(orders.slice(0, 30));
      await page.getByRole('row').nth(20).waitFor();
      const height = () => page.evaluate(() => document.documentElement.scrollHeight);
      const before = await height();
      await setting.service.produce(orders.slice(30));
      await page.getByText(/[\d,]{3,} more came too fast to be listed/).waitFor();
      assert.equal(await page.getByRole('table').getByRole('row').count(), 21);
      assert.equal(await height(), before);
      assertQuiet();
    });

    it('goes on after a cut, with what came meanwhile', async (t) => {
      const line = await cuttableLine(t, setting.service.url);
      const { page } = await visit(
        t,
        { ...setting, service: { ...setting.service, url: line.url } },
        '/watch',
      );
      await page.getByText('Live', { exact: true }).waitFor();
      line.cut();
      await page.getByText('Connection cut, trying again…').first().waitFor();
      await page.getByText('The service does not answer. This page tries again').waitFor();
      await setting.service.produce([orderLike('during-the-cut')]);
      line.mend();
      await page.getByRole('row', { name: 'during-the-cut' }).waitFor({ timeout: 20_000 });
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByText('The service does not answer').waitFor({ state: 'detached' });
    });

    it('draws what happened, with the figures as text', async (t) => {
      const { page } = await visit(t, setting, '/watch');
      await setting.service.produce([orderLike('drawn'), 'not an order']);
      await page.request.get('/api/orders/drawn');
      const chart = (name: string) => page.getByRole('figure', { name });
      for (const name of ['Orders a second', 'Waiting in Kafka', 'Reads a second', 'Time to answer a read']) {
        // A flat line has no height, which counts as hidden.
        await chart(name).locator('path.curve[d^=M]').first().waitFor({ state: 'attached' });
        assert.match(await chart(name).locator('dl').innerText(), /\d/);
      }
      await page.getByText(/became dead letters/).waitFor();
      const box = (await chart('Orders a second').locator('svg').last().boundingBox())!;
      await page.mouse.move(box.x + box.width - 20, box.y + 60);
      assert.equal(await page.locator('path.cursor').count(), 4);
    });

    it('says what is wrong', async (t) => {
      const { page } = await visit(t, setting, '/watch');
      await page.route('**/api/stats*', async (route) => {
        const response = await route.fetch();
        const stats = (await response.json()) as { parts: object; series: Record<string, number[]> };
        stats.parts = { database: 'does not answer', kafka: 'not in the group', cooling: 'too <b>warm</b>' };
        for (const name of ['lag', 'lag_seconds'])
          stats.series[name] = stats.series['time']!.map(() => 5_000);
        await route.fulfill({ response, json: stats });
      });
      for (const words of [
        'The database does not answer.',
        'not in the consumer group',
        'cooling: too <b>warm</b>',
        'Behind: 5,000 records wait in Kafka',
      ]) {
        await page.getByRole('status').getByText(words).first().waitFor();
      }
    });

    it('holds no place in the service while nobody sees it', async (t) => {
      const { page } = await visit(t, setting, '/watch');
      await page.getByText('Live', { exact: true }).waitFor();
      const closed = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/events'));
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await closed;
    });

    for (const locale of ['en-GB', 'ru-RU']) {
      it(`fits each width in ${locale}, moves nothing for those who ask, and axe finds nothing`, async (t) => {
        const { page } = await visit(t, setting, '/watch', { locale, reducedMotion: 'reduce' });
        await page.getByRole('row').nth(3).waitFor();
        for (const width of [320, 375, 820, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          await assertNoSidewaysScroll(page);
        }
        assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await assertAccessible(page, `watch ${locale} ${colorScheme}`);
        }
      });
    }
  });

  describe('the API reference', () => {
    it('describes each route from the service’s own document', async (t) => {
      const { page, assertQuiet } = await visit(t, setting, '/docs');
      await assertShows(page, 'HTTP API');
      for (const path of [
        '/order/order',
        '/api/orders/{order_uid}',
        '/api/orders',
        '/api/events',
        '/api/stats',
      ]) {
        await page.getByRole('heading', { level: 3, name: `GET ${path}`, exact: true }).waitFor();
      }
      const listing = page.locator('.endpoint', { hasText: 'those received last first' });
      await listing.getByText('1 ≤ n ≤ 100').waitFor();
      await listing.locator('summary', { hasText: '200' }).click();
      await listing.getByText('next_cursor', { exact: true }).waitFor();
      await listing.locator('summary', { hasText: '503' }).click();
      await listing.getByText('urn:order-service:problem:').last().waitFor();
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertNoSidewaysScroll(page);
      }
      await assertAccessible(page, 'docs');
      assertQuiet();
    });
  });
}

/** A way to the service that can be cut and mended, without the service noticing more than its clients. */
async function cuttableLine(t: TestContext, url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port: own } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${own}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
  };
}
