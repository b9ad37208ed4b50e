import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderCache } from '../../src/core/cache.ts';
import { Lookup } from '../../src/core/lookup.ts';
import type { StoredOrder } from '../../src/core/store.ts';

/** A store whose answers are given by the test, when the test wants. */
function heldStore() {
  const finds: PromiseWithResolvers<StoredOrder | undefined>[] = [];
  const lists: PromiseWithResolvers<StoredOrder[]>[] = [];
  return {
    finds,
    lists,
    find() {
      finds.push(Promise.withResolvers());
      return finds.at(-1)!.promise;
    },
    newest() {
      lists.push(Promise.withResolvers());
      return lists.at(-1)!.promise;
    },
  };
}

const version = (text: string): StoredOrder => ({ order_uid: 'a', document: Buffer.from(text) });
const text = (found: Awaited<ReturnType<Lookup['find']>>) =>
  found && [found.order.document.toString(), found.from];

function setUp(capacity = 10) {
  const store = heldStore();
  const cache = new OrderCache({ capacity, maxBytes: 1_000 });
  return { store, cache, lookup: new Lookup(cache, store) };
}

test('a miss is read from the database once, however many ask, and cached', async () => {
  const { store, lookup } = setUp();
  const asked = [lookup.find('a'), lookup.find('a'), lookup.find('a')];
  assert.equal(store.finds.length, 1);
  store.finds[0]!.resolve(version('v1'));
  for (const found of await Promise.all(asked)) assert.deepEqual(text(found), ['v1', 'database']);
  assert.deepEqual(text(await lookup.find('a')), ['v1', 'cache']);
});

test('what does not exist is not cached: it may be stored the next moment', async () => {
  const { store, lookup } = setUp();
  const first = lookup.find('a');
  store.finds[0]!.resolve(undefined);
  assert.equal(await first, undefined);
  void lookup.find('a');
  assert.equal(store.finds.length, 2);
});

test('a failed read is told to all who wait, and the next one tries again', async () => {
  const { store, lookup } = setUp();
  const asked = [lookup.find('a'), lookup.find('a')];
  store.finds[0]!.reject(new Error('connection lost'));
  for (const one of asked) await assert.rejects(one, /connection lost/);
  const next = lookup.find('a');
  store.finds[1]!.resolve(version('v1'));
  assert.deepEqual(text(await next), ['v1', 'database']);
});

test('I6: a slow read does not bring an old version back over one that was put meanwhile', async () => {
  const { store, lookup } = setUp();
  const slow = lookup.find('a');
  lookup.write().put([{ order_uid: 'a', document: Buffer.from('v2') }]);
  store.finds[0]!.resolve(version('v1'));
  await slow;
  assert.deepEqual(text(await lookup.find('a')), ['v2', 'cache']);
});

test('I6: nor over one that another instance has announced; who asks after that reads anew', async () => {
  const { store, lookup, cache } = setUp();
  const slow = lookup.find('a');
  lookup.forget(['a']);
  const next = lookup.find('a');
  assert.equal(store.finds.length, 2);
  store.finds[0]!.resolve(version('v1'));
  await slow;
  assert.equal(cache.size, 0);
  store.finds[1]!.resolve(version('v2'));
  assert.deepEqual(text(await next), ['v2', 'database']);
  assert.deepEqual(text(await lookup.find('a')), ['v2', 'cache']);
});

test('the cache is restored newest last, so that the oldest goes first', async () => {
  const { store, lookup } = setUp(2);
  const restoring = lookup.restore();
  store.lists[0]!.resolve(
    ['new', 'old'].map((order_uid) => ({ order_uid, document: Buffer.from(order_uid) })),
  );
  await restoring;
  lookup.write().put([{ order_uid: 'newest', document: Buffer.from('x') }]);
  assert.equal((await lookup.find('new'))?.from, 'cache');
  void lookup.find('old');
  assert.equal(store.finds.length, 1);
});

test('I6: restoring forgets what was known, and keeps what came in meanwhile', async () => {
  const { store, lookup, cache } = setUp();
  lookup.write().put([{ order_uid: 'stale', document: Buffer.from('v1') }]);
  const restoring = lookup.restore();
  lookup.write().put([{ order_uid: 'a', document: Buffer.from('v2') }]);
  lookup.forget(['b']);
  store.lists[0]!.resolve(['a', 'b', 'c'].map((order_uid) => ({ order_uid, document: Buffer.from('v1') })));
  await restoring;
  assert.deepEqual(text(await lookup.find('a')), ['v2', 'cache']);
  assert.deepEqual(text(await lookup.find('c')), ['v1', 'cache']);
  assert.equal(cache.size, 2);
});

test('I6: a write that is answered after the news of a newer version is not shown', async () => {
  const { lookup, cache } = setUp();
  const write = lookup.write();
  lookup.forget(['a']); // another instance has stored v2
  write.put([{ order_uid: 'a', document: Buffer.from('v1') }]);
  write.put([{ order_uid: 'b', document: Buffer.from('v1') }]);
  write.end();
  assert.equal(cache.get('a'), undefined);
  assert.deepEqual(text(await lookup.find('b')), ['v1', 'cache']);
});

test('I6: nor one that began before news were missed; nor the older of two of this instance', async () => {
  const { store, lookup, cache } = setUp();
  const [slow, older, newer] = [lookup.write(), lookup.write(), lookup.write()];
  newer.put([{ order_uid: 'b', document: Buffer.from('v2') }]);
  older.put([{ order_uid: 'b', document: Buffer.from('v1') }]);
  assert.equal(cache.get('b'), undefined);
  const restoring = lookup.restore();
  store.lists[0]!.resolve([version('v2')]);
  await restoring;
  slow.put([{ order_uid: 'a', document: Buffer.from('v1') }]);
  assert.equal(cache.get('a'), undefined);
});

test('I6: until the cache is restored the database is asked first; when it does not answer, readers have what there was', async () => {
  const { store, lookup } = setUp();
  lookup.write().put([
    { order_uid: 'a', document: Buffer.from('v1') },
    { order_uid: 'b', document: Buffer.from('v1') },
  ]);
  const restoring = lookup.restore();
  const [a, b] = [lookup.find('a'), lookup.find('b')];
  store.finds[0]!.resolve(version('v2'));
  store.finds[1]!.reject(new Error('connection lost'));
  assert.deepEqual(text(await a), ['v2', 'database']);
  assert.deepEqual(text(await b), ['v1', 'cache']);
  assert.deepEqual(text(await lookup.find('a')), ['v2', 'cache']);
  store.lists[0]!.reject(new Error('connection lost'));
  await assert.rejects(restoring);
  const again = lookup.find('b');
  store.finds[2]!.resolve({ order_uid: 'b', document: Buffer.from('v2') });
  assert.deepEqual(text(await again), ['v2', 'database']);
});
