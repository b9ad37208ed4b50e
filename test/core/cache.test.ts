import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrderCache } from '../../src/core/cache.ts';

const document = (size: number) => Buffer.alloc(size, 'x');

test('the least recently used goes first', () => {
  const cache = new OrderCache({ capacity: 2, maxBytes: 1_000 });
  cache.set('a', document(1));
  cache.set('b', document(1));
  cache.get('a');
  cache.set('c', document(1));
  assert.deepEqual(
    [cache.get('a') !== undefined, cache.get('b'), cache.get('c') !== undefined],
    [true, undefined, true],
  );
});

test('a version replaces the one before, and its validator', () => {
  const cache = new OrderCache({ capacity: 2, maxBytes: 1_000 });
  cache.set('a', document(10)).etag = '"1"';
  cache.set('a', document(20));
  assert.deepEqual([cache.size, cache.bytes, cache.get('a')?.etag], [1, 20, undefined]);
});

test('I7: it holds what a list of the last used holds, within its capacity and its bytes', () => {
  const step = fc.record({
    what: fc.constantFrom('set', 'get', 'delete'),
    uid: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    size: fc.nat(40),
  });
  fc.assert(
    fc.property(fc.nat(5), fc.nat(100), fc.array(step, { maxLength: 60 }), (capacity, maxBytes, steps) => {
      const cache = new OrderCache({ capacity, maxBytes });
      let model: { uid: string; size: number }[] = [];
      for (const { what, uid, size } of steps) {
        const found = model.find((one) => one.uid === uid);
        if (what !== 'get' || found) model = model.filter((one) => one.uid !== uid);
        if (what === 'get') {
          assert.equal(cache.get(uid)?.document.length, found?.size);
          if (found) model.push(found);
        } else if (what === 'delete') {
          cache.delete(uid);
        } else {
          cache.set(uid, document(size));
          model.push({ uid, size });
        }
        const bytes = () => model.reduce((sum, one) => sum + one.size, 0);
        while (model.length > capacity || bytes() > maxBytes) model.shift();
        assert.deepEqual([cache.size, cache.bytes], [model.length, bytes()]);
      }
    }),
    { numRuns: 1_000 },
  );
});
