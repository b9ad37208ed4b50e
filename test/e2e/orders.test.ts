import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createRandom, generateOrder } from '../../src/core/generate.ts';
import { corruptions } from '../../src/core/spoil.ts';
import { createDatabase, uniqueName } from '../support/cluster.ts';
import { orderWith } from '../support/orders.ts';
import { send, startService, startTestService, untilApplied, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

const uid = () => `o-${randomUUID()}`;

async function get(url: string, orderUid: string): Promise<{ status: number; from: string; order: unknown }> {
  const response = await fetch(`${url}/order/order?order_uid=${orderUid}`);
  return {
    status: response.status,
    from: response.headers.get('cache-status') ?? '',
    order: await response.json(),
  };
}

test('an order is readable as it was sent, from the cache, and after a restart', async () => {
  const [item] = orderWith().items;
  const orders = [
    orderWith({ order_uid: uid() }),
    orderWith({ order_uid: uid(), sm_id: Number.MAX_SAFE_INTEGER, customer_id: 'Ёж 🦔 ‮ "\\' }),
    orderWith({
      order_uid: uid(),
      items: Array.from({ length: 120 }, (_, n) => ({ ...item!, chrt_id: n, note: [n] })),
    }),
    orderWith({
      order_uid: uid(),
      loyalty: { points: -1.5, tiers: [null, { a: {} }] },
      date_created: '2021-11-26T06:22:19.1234567+05:45',
    }),
  ];
  const database = await createDatabase();
  const settings = { databaseUrl: database.url, topic: uniqueName('orders') };
  let service = await startService(settings);
  try {
    const records = orders.map((order) => ({ key: order.order_uid, value: JSON.stringify(order) }));
    await untilApplied(database.url, await send(settings.topic, records));
    const allAreHits = async () => {
      for (const order of orders) {
        assert.deepEqual(await get(service.url, order.order_uid), {
          status: 200,
          from: 'order-service; hit',
          order,
        });
      }
    };
    await allAreHits();
    assert.equal(await service.stop(), 0);
    service = await startService(settings);
    await allAreHits();
  } finally {
    assert.equal(await service.stop(), 0);
    await database.drop();
  }
});

describe('records', () => {
  let service: TestService;
  let database: pg.Pool;
  before(async () => {
    service = await startTestService({ env: { CACHE_CAPACITY: '5' } });
    database = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  });
  after(async () => {
    await database.end();
    await service.stop();
  });

  test('I4: each kind of bad record is one dead letter with a reason, and its neighbours are stored', async () => {
    const values: (object | Buffer | null)[] = [];
    const good: object[] = [];
    for (const [index, corruption] of corruptions.entries()) {
      const neighbour = orderWith({ order_uid: uid() });
      good.push(neighbour);
      values.push(neighbour, corruption.spoil(generateOrder(1, index), createRandom(1, index)));
    }
    await service.produce(values);
    for (const order of good) {
      const { order_uid } = order as { order_uid: string };
      assert.deepEqual((await get(service.url, order_uid)).order, order);
    }
    const { rows } = await database.query<{ reason: string; value: Buffer | null }>(
      'SELECT reason, value FROM dead_letters',
    );
    assert.equal(rows.length, corruptions.length);
    for (const { reason } of rows) assert.match(reason, /\w{3,}/);
    const bytes = (list: (Buffer | null)[]) =>
      list.map((value) => value?.toString('base64') ?? 'null').toSorted();
    assert.deepEqual(
      bytes(rows.map(({ value }) => value)),
      bytes(values.filter((value) => value === null || Buffer.isBuffer(value))),
    );
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`orders_consumed_total{outcome="dead_letter"} ${corruptions.length}\n`));
    assert.match(metrics, new RegExp(`orders_consumed_total{outcome="stored"} ${good.length}\n`));
  });

  test('the last received orders are in the cache; another comes from the database once, then from the cache', async () => {
    const orders = Array.from({ length: 8 }, () => orderWith({ order_uid: uid() }));
    for (const order of orders) await service.produce([order]);
    const from = [];
    for (const { order_uid } of orders.toReversed()) from.push((await get(service.url, order_uid)).from);
    const [hit, miss] = ['order-service; hit', 'order-service; fwd=miss; stored'];
    assert.deepEqual(from, [hit, hit, hit, hit, hit, miss, miss, miss]);
    assert.equal((await get(service.url, orders[0]!.order_uid)).from, hit);
  });

  test('duplicates have no effect, and the newer version wins', async () => {
    const order_uid = uid();
    const versions = Array.from({ length: 20 }, (_, index) => orderWith({ order_uid, sm_id: index }));
    await service.produce(versions.flatMap((version) => [version, version, version]));
    assert.deepEqual((await get(service.url, order_uid)).order, versions.at(-1));
    const count = async (table: string) =>
      (await database.query(`SELECT FROM ${table} WHERE order_uid = $1`, [order_uid])).rowCount;
    assert.deepEqual([await count('orders'), await count('order_items')], [1, 1]);
  });
});

test('I6: a newer version is shown by every instance within a second', async () => {
  const first = await startTestService();
  const second = await startService(first);
  try {
    const order_uid = uid();
    for (let version = 0; version < 10; version++) {
      const order = orderWith({ order_uid, sm_id: version });
      await first.produce([order]);
      const committed = performance.now();
      for (const { url } of [first, second]) {
        await until('the instance shows the newer version', async () => {
          const { status, order: shown } = await get(url, order_uid);
          return status === 200 && (shown as { sm_id: number }).sm_id === version;
        });
      }
      assert.ok(performance.now() - committed < 1_000 || process.env['CI']);
    }
  } finally {
    await second.stop();
    await first.stop();
  }
});

test('30,000 orders over a SIGTERM under load and a restart are there exactly once, none delivered twice', async () => {
  const database = await createDatabase();
  const topic = uniqueName('orders');
  const settings = { databaseUrl: database.url, topic, env: { BATCH_MAX_RECORDS: '200' } };
  let service = await startService(settings);
  try {
    const orders = Array.from({ length: 30_000 }, (_, index) => generateOrder(42, index));
    const records = orders.map((order) => ({ key: order.order_uid, value: JSON.stringify(order) }));
    const sending = send(topic, records);
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const count = async () =>
      (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM orders')).rows[0]!.n;
    await until('some are stored', async () => (await count()) > 2_000);
    assert.equal(await service.stop(), 0);
    const between = await count();
    assert.ok(between < 30_000, `it was stopped too late to tell: ${between}`);
    service = await startService(settings);
    await untilApplied(database.url, await sending, 60_000);
    assert.equal(await count(), 30_000);
    const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM order_items');
    assert.equal(
      rows[0]!.n,
      orders.reduce((sum, { items }) => sum + items.length, 0),
    );
    await pool.end();
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /orders_consumed_total{outcome="skipped"} 0\n/);
    for (const order of orders.filter((_, index) => index % 1_000 === 0)) {
      assert.deepEqual((await get(service.url, order.order_uid)).order, order);
    }
  } finally {
    await service.stop();
    await database.drop();
  }
});
