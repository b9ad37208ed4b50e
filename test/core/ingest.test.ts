import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { OrderCache } from '../../src/core/cache.ts';
import { Ingest, type IngestObserver, type Source } from '../../src/core/ingest.ts';
import { Lookup } from '../../src/core/lookup.ts';
import type { SourceRecord } from '../../src/core/record.ts';
import type { NextOffsets, OrderStore } from '../../src/core/store.ts';
import { orderWith } from '../support/orders.ts';
import { record } from '../support/records.ts';
import { createStore, type TestStore } from '../support/store.ts';

let db: TestStore;
before(async () => {
  db = await createStore();
});
after(() => db.close());

const uid = () => `o-${randomUUID()}`;

/** Hands on what the test gives it, and notes each commit beside what PostgreSQL then holds. */
function testSource(records: SourceRecord[]) {
  const commits: { asked: bigint; durable: bigint }[] = [];
  const { topicId } = records[0]!;
  const source: Source = {
    async *chunks() {
      yield records;
    },
    deleted: () => undefined,
    close: async () => {},
    async commit({ offsets }: NextOffsets) {
      for (const [partition, asked] of offsets) {
        const rows = await db.sql<{ next_offset: string }>(
          'SELECT next_offset FROM applied_offsets WHERE topic_id = $1 AND partition = $2',
          [topicId, partition],
        );
        commits.push({ asked, durable: BigInt(rows[0]?.next_offset ?? 0) });
      }
    },
  };
  return { source, commits };
}

function setUp(records: SourceRecord[], apply: OrderStore['apply'] = (batch) => db.store.apply(batch)) {
  const { source, commits } = testSource(records);
  const lookup = new Lookup(new OrderCache({ capacity: 1_000, maxBytes: 10_000_000 }), db.reader);
  const faults: unknown[] = [];
  const outcomes: string[] = [];
  const observer: IngestObserver = {
    batch: (event) => outcomes.push(...event.outcomes),
    fault: ({ error }) => faults.push(error),
    commitFailed: (error) => faults.push(error),
    lost: (gap) => faults.push(gap),
    wentBack: () => faults.push('went back'),
  };
  const options = { maxRecords: 10, maxBytes: 1_000_000, lingerMs: 1, checkTotals: false, lanes: 2 };
  const ingest = new Ingest({ source, store: { apply }, lookup, observer, options });
  const giveUp = new AbortController();
  return {
    commits,
    lookup,
    faults,
    outcomes,
    giveUp,
    run: () => ingest.run(new AbortController().signal, giveUp.signal),
  };
}

function recordsOf(values: (object | string)[], partitions = 3): SourceRecord[] {
  const topicId = randomUUID();
  const next = new Map<number, bigint>();
  return values.map((value, index) => {
    const partition = index % partitions;
    const offset = next.get(partition) ?? 0n;
    next.set(partition, offset + 1n);
    return record(value, { topicId, partition, offset });
  });
}

test('I2: an offset is committed only when PostgreSQL holds its record', async () => {
  const { run, commits, outcomes } = setUp(
    recordsOf(Array.from({ length: 100 }, () => orderWith({ order_uid: uid() }))),
  );
  await run();
  assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 100);
  assert.ok(commits.length > 0);
  for (const { asked, durable } of commits)
    assert.ok(durable >= asked, `committed ${asked}, stored ${durable}`);
  const last = commits.map(({ asked }) => asked).reduce((a, b) => (a > b ? a : b));
  assert.equal(last, 34n);
});

test('I1: what is being stored is not shown before it is committed', async () => {
  const orders = Array.from({ length: 25 }, () => orderWith({ order_uid: uid() }));
  const seen: unknown[] = [];
  const parts = setUp(recordsOf(orders), async (batch) => {
    for (const { order_uid } of orders) {
      const found = await parts.lookup.find(order_uid);
      const rows = await db.sql('SELECT FROM orders WHERE order_uid = $1', [order_uid]);
      if (found && rows.length === 0) seen.push(order_uid);
    }
    return db.store.apply(batch);
  });
  await parts.run();
  assert.deepEqual(seen, []);
  for (const { order_uid } of orders) assert.equal((await parts.lookup.find(order_uid))?.from, 'cache');
});

test('I5: a fault of the infrastructure is waited out; nothing is lost, doubled or a dead letter', async () => {
  let calls = 0;
  const orders = Array.from({ length: 30 }, () => orderWith({ order_uid: uid() }));
  const { run, outcomes, faults } = setUp(recordsOf(orders), async (batch) => {
    if (++calls % 2 === 1) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    return db.store.apply(batch);
  });
  await run();
  assert.deepEqual(new Set(outcomes), new Set(['stored']));
  assert.equal(outcomes.length, 30);
  assert.ok(faults.length >= 3);
});

test('I5, I6: when the reply to a COMMIT is lost, the batch is skipped and readers see what it stored', async () => {
  const order_uid = uid();
  const first = orderWith({ order_uid, sm_id: 1 });
  const [one, two] = recordsOf([first, orderWith({ order_uid, sm_id: 2 })], 1);
  await setUp([one!]).run();
  let lost = false;
  const { run, lookup, outcomes } = setUp([two!], async (batch) => {
    const applied = await db.store.apply(batch);
    if (lost) return applied;
    lost = true;
    throw new Error('connection lost');
  });
  lookup.write().put([{ order_uid, document: Buffer.from(JSON.stringify(first)) }]);
  await run();
  assert.deepEqual(outcomes, ['skipped']);
  const found = await lookup.find(order_uid);
  assert.match(String(found?.order.document), /"sm_id":2/);
});

test('I4, I5: a record that the database refuses becomes a dead letter, and its neighbours are stored', async () => {
  await db.sql(`ALTER TABLE orders ADD CONSTRAINT no_refused CHECK (customer_id <> 'refused')`);
  const orders = Array.from({ length: 20 }, (_, index) =>
    orderWith({ order_uid: uid(), customer_id: [3, 4, 11].includes(index) ? 'refused' : 'welcome' }),
  );
  const records = recordsOf([...orders, 'not json'], 2);
  const { run, outcomes, commits, faults } = setUp(records);
  await run();
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
  assert.deepEqual([count('stored'), count('dead_letter')], [17, 4]);
  assert.deepEqual(faults, []);
  const kept = await db.sql<{ code: string; reason: string }>(
    'SELECT code, reason FROM dead_letters WHERE topic_id = $1 ORDER BY code, "offset"',
    [records[0]!.topicId],
  );
  assert.deepEqual(
    kept.map(({ code }) => code),
    ['not_json', ...Array.from({ length: 3 }, () => 'refused_by_database')],
  );
  assert.equal(kept[1]?.reason, 'The database refuses the order: SQLSTATE 23514 at constraint no_refused');
  assert.equal(
    commits.map(({ asked }) => asked).reduce((a, b) => (a > b ? a : b)),
    11n,
  );
});

test('a batch that cannot be stored before the patience ends is left to be delivered again', async () => {
  const { run, commits, giveUp, outcomes } = setUp(recordsOf([orderWith({ order_uid: uid() })]), async () => {
    giveUp.abort();
    throw new Error('the database is down');
  });
  await run();
  assert.deepEqual([commits, outcomes], [[], []]);
});
