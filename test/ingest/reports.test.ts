/** What one thread reports and the other hears, over a real channel between the two. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { OrderCache } from '../../src/core/cache.ts';
import { Lookup } from '../../src/core/lookup.ts';
import type { StoredOrder } from '../../src/core/store.ts';
import { Reports, reportWrites, type Report } from '../../src/ingest/reports.ts';
import { until } from '../support/wait.ts';

function setUp(t: TestContext, capacity = 10) {
  const stored: StoredOrder[] = [];
  const reader = { find: async () => undefined, newest: async () => stored };
  const cache = new OrderCache({ capacity, maxBytes: 1_000_000 });
  const lookup = new Lookup(cache, reader);
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const heard: Report[] = [];
  const reports = new Reports({ port: port1, lookup, onOther: (report) => heard.push(report) });
  const tell = (report: Report, transfer: ArrayBuffer[] = []) => port2.postMessage(report, transfer);
  const writes = reportWrites(tell, capacity);
  return {
    stored,
    cache,
    reports,
    writes,
    /** A write from its beginning to its end. */
    store: (...orders: StoredOrder[]) => {
      const write = writes.write();
      write.put(orders);
      write.end();
    },
    /** Resolves when all that was reported is heard. */
    heard: async () => {
      const before = heard.length;
      tell({ about: 'drained' });
      await until('it is heard', () => heard.length > before);
    },
  };
}

const order = (order_uid: string, text = 'v1'): StoredOrder => ({
  order_uid,
  document: Buffer.from(JSON.stringify({ order_uid, text })),
});
const cached = (cache: OrderCache) =>
  [...cache.keys()].map((key) => JSON.parse(String(cache.get(key)!.document)) as unknown);

test('I1: what a write puts is shown when it puts it, not when it begins', async (t) => {
  const { cache, writes, heard } = setUp(t);
  const write = writes.write();
  await heard();
  assert.equal(cache.size, 0);
  write.put([order('a'), order('b', 'ü')]);
  write.end();
  await heard();
  assert.deepEqual(cached(cache), [
    { order_uid: 'a', text: 'v1' },
    { order_uid: 'b', text: 'ü' },
  ]);
});

test('I6: a newer version that another instance has stored is not put back by the word of an older one', async (t) => {
  const { cache, writes, reports, heard } = setUp(t);
  const write = writes.write();
  // The news overtakes the report, which lies in the port.
  reports.forget(['a']);
  write.put([order('a'), order('b')]);
  write.end();
  await heard();
  assert.deepEqual(cached(cache), [{ order_uid: 'b', text: 'v1' }]);
});

test('I6: what was missed while the connection for news was down is not put back either', async (t) => {
  const { cache, writes, reports, stored, heard } = setUp(t);
  stored.push(order('a', 'v2'));
  const write = writes.write();
  const restored = reports.restore();
  write.put([order('a')]);
  write.end();
  await heard();
  await restored;
  assert.deepEqual(cached(cache), []);
  await reports.restore();
  assert.deepEqual(cached(cache), [{ order_uid: 'a', text: 'v2' }]);
});

test('of two writes the later one stays, and a doubtful one is forgotten', async (t) => {
  const { cache, writes, store, heard } = setUp(t);
  store(order('a'), order('b'), order('c'));
  const second = writes.write();
  second.put([order('a', 'v2')]);
  second.forget(['b']);
  second.end();
  await heard();
  assert.deepEqual(cached(cache), [
    { order_uid: 'c', text: 'v1' },
    { order_uid: 'a', text: 'v2' },
  ]);
});

test('of a batch larger than the cache the last orders are kept, and the others forgotten', async (t) => {
  const { cache, writes, store, heard } = setUp(t, 2);
  store(order('a'), order('b'));
  const slow = writes.write();
  store(order('a', 'v2'), order('c'), order('d'));
  await heard();
  assert.deepEqual(cached(cache), [
    { order_uid: 'c', text: 'v1' },
    { order_uid: 'd', text: 'v1' },
  ]);
  // That the first one was changed is known though it is not kept: the word of an older version comes too late.
  slow.put([order('a')]);
  slow.end();
  await heard();
  assert.deepEqual([...cache.keys()], ['c', 'd']);
});

test('a cache for nothing takes nothing', async (t) => {
  const { cache, store, heard } = setUp(t, 0);
  store(order('a'));
  await heard();
  assert.equal(cache.size, 0);
});
