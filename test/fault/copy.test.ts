/** A COPY whose connection falls silent fails twice, by its time limit and then by the end of its connection. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { OrderCache } from '../../src/core/cache.ts';
import { generateOrder } from '../../src/core/generate.ts';
import { Ingest } from '../../src/core/ingest.ts';
import { Lookup } from '../../src/core/lookup.ts';
import { PostgresOrderReader } from '../../src/postgres/order-reader.ts';
import { PostgresOrderStore } from '../../src/postgres/order-store.ts';
import { OrderWriter } from '../../src/postgres/order-writer.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { record } from '../support/records.ts';
import { createStore } from '../support/store.ts';
import { startProxy, throughProxy } from './proxy.ts';

test('I5: a batch whose COPY of orders fails so, then that of items, and then works, is stored once', async () => {
  const db = await createStore();
  const proxy = await startProxy(new URL(db.url).host);
  const pool = { timeoutMs: 3_000, onError: () => {} };
  const writer = createPool({ ...pool, url: throughProxy(db.url, proxy), max: 1 });
  const reader = createPool({ ...pool, url: db.url, max: 1 });
  try {
    const waiting = ['COPY orders ', 'COPY order_items '];
    // From the statement on nothing arrives; what comes behind it, COMMIT too, was sent without waiting.
    proxy.onRequest = (bytes) => {
      const at = proxy.flow === 'pass' && waiting[0] !== undefined ? bytes.indexOf(waiting[0]) : -1;
      if (at < 0) return 'pass';
      waiting.shift();
      proxy.flow = 'swallow';
      return bytes.subarray(0, at);
    };
    const topicId = randomUUID();
    const orders = Array.from({ length: 20 }, (_, index) => generateOrder(50, index));
    const records = [...orders, 'not an order'].map((value, index) =>
      record(value, { topicId, offset: BigInt(index) }),
    );
    const outcomes: string[] = [];
    const faults: string[] = [];
    const store = new PostgresOrderStore({ writer, reader, orders: new OrderWriter('test') });
    const ingest = new Ingest({
      source: {
        async *chunks() {
          yield records;
        },
        commit: async () => {},
        close: async () => {},
        deleted: () => undefined,
      },
      store,
      lookup: new Lookup(
        new OrderCache({ capacity: 100, maxBytes: 1_000_000 }),
        new PostgresOrderReader(reader),
      ),
      observer: {
        batch: (event) => outcomes.push(...event.outcomes),
        fault({ error }) {
          faults.push((error as Error).message);
          proxy.flow = 'pass';
        },
        commitFailed: () => assert.fail(),
        lost: () => assert.fail(),
        wentBack: () => assert.fail(),
      },
      options: { maxRecords: 100, maxBytes: 1_000_000, lingerMs: 1, checkTotals: false, lanes: 1 },
    });
    await ingest.run(new AbortController().signal, new AbortController().signal);

    assert.deepEqual([waiting, faults.length], [[], 2]);
    // The client and the server have the same limit: whose ends the connection first is all the same.
    for (const fault of faults)
      assert.match(fault, /^(Query read timeout|Connection terminated unexpectedly)$/);
    assert.deepEqual(outcomes, [...orders.map(() => 'stored'), 'dead_letter']);
    const stored = await db.sql<{ order_uid: string; items: number }>(
      `SELECT order_uid, (SELECT count(*)::int FROM order_items i WHERE i.order_uid = o.order_uid) AS items
       FROM orders o ORDER BY kafka_offset`,
    );
    assert.deepEqual(
      stored,
      orders.map(({ order_uid, items }) => ({ order_uid, items: items.length })),
    );
    assert.equal((await db.sql('SELECT FROM dead_letters')).length, 1);
  } finally {
    await Promise.all([writer.end(), reader.end()]);
    await proxy.close();
    await db.close();
  }
});
