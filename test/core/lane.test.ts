import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lane, type FlushReason } from '../../src/core/lane.ts';
import type { Entry } from '../../src/core/record.ts';
import { entries } from '../support/records.ts';

const [entry] = entries(['x'.repeat(10)]);
const limits = { maxRecords: 3, maxBytes: 1_000, lingerMs: 5 };

/** A lane whose writes end when the test says so. */
function heldLane(options: Partial<typeof limits> = {}) {
  const writes: { size: number; reason: FlushReason; done: () => void }[] = [];
  const lane = new Lane({ ...limits, ...options }, (batch, reason) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    writes.push({ size: batch.length, reason, done: resolve });
    return promise;
  });
  return { lane, writes };
}

test('a full batch goes at once', async () => {
  const { lane, writes } = heldLane({ lingerMs: 60_000 });
  for (let i = 0; i < 3; i++) await lane.add(entry!);
  assert.deepEqual(
    writes.map(({ size, reason }) => [size, reason]),
    [[3, 'size']],
  );
  writes[0]!.done();
  await lane.close();
});

test('a batch goes before it would be over its bytes; a record over them goes alone', async () => {
  const { lane, writes } = heldLane({ maxBytes: 25, lingerMs: 60_000 });
  const [large] = entries(['y'.repeat(500)]);
  await lane.add(entry!);
  await lane.add(entry!);
  await lane.add(large!);
  assert.deepEqual(
    writes.map(({ size, reason }) => [size, reason]),
    [[2, 'bytes']],
  );
  writes[0]!.done();
  const adding = lane.add(entry!);
  await Promise.resolve();
  while (writes.length < 2) await new Promise(setImmediate);
  assert.deepEqual([writes[1]!.size, writes[1]!.reason], [1, 'bytes']);
  writes[1]!.done();
  await adding;
  const closing = lane.close();
  while (writes.length < 3) await new Promise(setImmediate);
  writes[2]!.done();
  await closing;
});

test('a batch that is not full lingers, then goes', async () => {
  const { lane, writes } = heldLane();
  await lane.add(entry!);
  assert.equal(writes.length, 0);
  while (writes.length === 0) await new Promise(setImmediate);
  assert.equal(writes[0]!.reason, 'linger');
  writes[0]!.done();
  await lane.close();
});

test('I7: behind a running write one more batch gathers, and no more is taken', async () => {
  const { lane, writes } = heldLane({ lingerMs: 60_000 });
  let added = 0;
  const adding = (async () => {
    for (let i = 0; i < 20; i++) {
      await lane.add(entry!);
      added++;
    }
  })();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.deepEqual([writes.length, added], [1, 5]);
  for (let write = 0; write < 6; write++) {
    while (writes.length <= write) await new Promise(setImmediate);
    writes[write]!.done();
  }
  await adding;
  const closing = lane.close();
  while (writes.length < 7) await new Promise(setImmediate);
  writes[6]!.done();
  await closing;
  assert.equal(
    writes.reduce((sum, { size }) => sum + size, 0),
    20,
  );
});

test('all that is added is written once, in order, one write at a time, and one topic in a batch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ topicId: fc.constantFrom('t1', 't2'), size: fc.nat(40), pause: fc.boolean() }), {
        maxLength: 40,
      }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 80 }),
      async (records, maxRecords, maxBytes) => {
        const written: Entry[] = [];
        let writing = false;
        const lane = new Lane({ maxRecords, maxBytes, lingerMs: 0 }, async (batch) => {
          assert.ok(!writing);
          writing = true;
          await new Promise(setImmediate);
          assert.ok(batch.length <= maxRecords);
          assert.equal(new Set(batch.map(({ record }) => record.topicId)).size, 1);
          written.push(...batch);
          writing = false;
        });
        const added: Entry[] = [];
        for (const { topicId, size, pause } of records) {
          const [one] = entries(['x'.repeat(size)], { topicId });
          added.push(one!);
          await lane.add(one!);
          if (pause) await new Promise(setImmediate);
        }
        await lane.close();
        assert.deepEqual(written, added);
      },
    ),
    { numRuns: 200 },
  );
});

test('a write that fails is told to whoever adds, and to close', async () => {
  const lane = new Lane({ ...limits, maxRecords: 1 }, async () => {
    throw new Error('bug');
  });
  await assert.rejects(async () => {
    await lane.add(entry!);
    await lane.add(entry!);
  }, /bug/);
  await assert.rejects(lane.close(), /bug/);
});
