import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { ReplayResult } from '../../src/core/dead-letter.ts';
import { OrderCache } from '../../src/core/cache.ts';
import { Lookup } from '../../src/core/lookup.ts';
import { Replay } from '../../src/core/replay.ts';
import { PostgresDeadLetterStore } from '../../src/postgres/dead-letters.ts';
import { send } from '../../src/postgres/copy-query.ts';
import { OrderWriter } from '../../src/postgres/order-writer.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { keepDeadLetters } from '../support/dead-letters.ts';
import { onEachPostgres } from '../support/each-postgres.ts';
import { orderWith } from '../support/orders.ts';
import { entries } from '../support/records.ts';
import type { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

onEachPostgres(suite);

function suite(create: () => Promise<TestStore>): void {
  let db: TestStore;
  let pool: pg.Pool;
  let letters: PostgresDeadLetterStore;
  let lookup: Lookup;
  let replay: Replay;
  let counted: ReplayResult[];

  before(async () => {
    db = await create();
    pool = createPool({ url: db.url, max: 4, timeoutMs: 10_000, onError: () => {} });
    letters = new PostgresDeadLetterStore({ pool, orders: new OrderWriter('mender') });
    lookup = new Lookup(new OrderCache({ capacity: 100, maxBytes: 1_000_000 }), db.reader);
    counted = [];
    replay = new Replay({
      store: letters,
      lookup,
      options: { checkTotals: false },
      onReplayed: (result) => counted.push(result),
    });
  });
  after(async () => {
    await pool.end();
    await db.close();
  });

  const uid = () => `o-${randomUUID()}`;
  const bytes = (value: object) => Buffer.from(JSON.stringify(value));
  const read = async (orderUid: string) => {
    const found = await db.reader.find(orderUid);
    return found && (JSON.parse(found.document.toString()) as unknown);
  };
  const stateOf = async (id: string) => {
    const [row] = await db.sql<{ status: string; attempts: number; reason: string }>(
      'SELECT status, attempts, reason, last_attempt_at FROM dead_letters WHERE id = $1',
      [id],
    );
    return row && { status: row.status, attempts: row.attempts };
  };
  const keepOne = async (value: object | string | null, place = {}) =>
    (await keepDeadLetters(db, [value], place))[0]!;

  describe('replay', () => {
    test('a corrected payload is stored as the version that the record was, and readers see it', async () => {
      const order = orderWith({ order_uid: uid(), note: 'corrected' });
      const topicId = randomUUID();
      const id = await keepOne({ ...order, sm_id: 'x' }, { topicId, partition: 3, offset: 7n });
      const result = await replay.one(id, { dryRun: false, value: bytes(order) });
      assert.deepEqual(result, {
        id,
        outcome: 'replayed',
        attempts: 1,
        order_uid: order.order_uid,
        code: null,
        reason: null,
        errors: [],
      });
      assert.deepEqual(await read(order.order_uid), order);
      const [row] = await db.sql(
        `SELECT kafka_topic_id, kafka_partition, kafka_offset, kafka_timestamp FROM orders WHERE order_uid = $1`,
        [order.order_uid],
      );
      assert.deepEqual(row, {
        kafka_topic_id: topicId,
        kafka_partition: 3,
        kafka_offset: '7',
        kafka_timestamp: new Date(Date.UTC(2026, 0, 1)),
      });
      const items = await db.sql('SELECT FROM order_items WHERE order_uid = $1', [order.order_uid]);
      assert.equal(items.length, order.items.length);
      const found = await letters.find(id);
      assert.equal(found?.status, 'replayed');
      assert.ok(found.last_attempt_at && Date.now() - found.last_attempt_at.getTime() < 60_000);
      assert.deepEqual(found.latest_correction, bytes(order));
      assert.deepEqual(found.value, bytes({ ...order, sm_id: 'x' }));
    });

    test('what failed again is the same dead letter, with its attempts counted and kept', async () => {
      const id = await keepOne('not json');
      const count = async () =>
        (await db.sql<{ n: number }>('SELECT count(*)::int AS n FROM dead_letters'))[0];
      const before = await count();
      assert.equal((await replay.one(id, { dryRun: false })).outcome, 'invalid');
      const wrong = bytes(orderWith({ sm_id: -1, locale: '' }));
      const second = await replay.one(id, { dryRun: false, value: wrong });
      assert.deepEqual(
        [second.outcome, second.attempts, second.code, second.errors.map(({ path }) => path).toSorted()],
        ['invalid', 2, 'invalid', ['/locale', '/sm_id']],
      );
      assert.deepEqual(await count(), before);
      const found = await letters.find(id);
      assert.deepEqual([found?.status, found?.attempts, found?.code], ['open', 2, 'not_json']);
      assert.deepEqual(
        found?.history.map(({ attempt, outcome, code, corrected }) => [attempt, outcome, code, corrected]),
        [
          [2, 'invalid', 'invalid', true],
          [1, 'invalid', 'not_json', false],
        ],
      );
      assert.deepEqual(found.history[0]?.errors, second.errors);
      assert.deepEqual(found.latest_correction, wrong);
    });

    test('one that is replayed stays so, whatever comes', async () => {
      const order = orderWith({ order_uid: uid() });
      const id = await keepOne('bad');
      await replay.one(id, { dryRun: false, value: bytes(order) });
      const other = bytes(orderWith({ order_uid: uid() }));
      const again = await replay.one(id, { dryRun: false, value: other });
      assert.deepEqual(
        [again.outcome, again.attempts, again.order_uid],
        ['already_replayed', 1, order.order_uid],
      );
      assert.deepEqual(await stateOf(id), { status: 'replayed', attempts: 1 });
      assert.equal((await letters.find(id))?.history.length, 1);
    });

    test('of two at once, one does it and the other sees that', async () => {
      const order = orderWith({ order_uid: uid() });
      const id = await keepOne('bad');
      const both = await Promise.all(
        [1, 2].map(() => replay.one(id, { dryRun: false, value: bytes(order) })),
      );
      assert.deepEqual(both.map(({ outcome }) => outcome).toSorted(), ['already_replayed', 'replayed']);
      assert.deepEqual(new Set(both.map(({ order_uid }) => order_uid)), new Set([order.order_uid]));
      assert.deepEqual(await stateOf(id), { status: 'replayed', attempts: 1 });
    });

    test('of several at once that fail, each counts', async () => {
      const id = await keepOne('bad');
      const all = await Promise.all(Array.from({ length: 8 }, () => replay.one(id, { dryRun: false })));
      assert.deepEqual(
        all.map(({ attempts }) => attempts).toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
      assert.deepEqual(await stateOf(id), { status: 'open', attempts: 8 });
    });

    test('one that is not there is not found', async () => {
      assert.equal((await replay.one('999999999', { dryRun: false })).outcome, 'not_found');
    });

    test('a dry run tells what would happen, and changes nothing', async () => {
      const stored = orderWith({ order_uid: uid(), sm_id: 1 });
      const topicId = randomUUID();
      await db.store.apply(entries([stored], { topicId }));
      const id = await keepOne('bad', { topicId, offset: 1n });
      const sum = () =>
        db.sql(
          `SELECT (SELECT json_agg(t) FROM (SELECT *, xmin FROM orders WHERE order_uid = $1) t) AS orders,
                  (SELECT json_agg(t) FROM (SELECT *, xmin FROM order_items WHERE order_uid = $1) t) AS items,
                  (SELECT json_agg(t) FROM (SELECT status, attempts, last_attempt_at FROM dead_letters WHERE id = $2) t) AS letter,
                  (SELECT count(*) FROM dead_letter_attempts) AS attempts`,
          [stored.order_uid, id],
        );
      const before = await sum();
      const calls = counted.length;
      const valid = bytes({ ...stored, sm_id: 2 });
      const outcomes = [];
      for (const value of [valid, bytes({ ...stored, sm_id: 'x' }), undefined]) {
        outcomes.push((await replay.one(id, { dryRun: true, value })).outcome);
      }
      assert.deepEqual(outcomes, ['replayed', 'invalid', 'invalid']);
      assert.deepEqual(await sum(), before);
      assert.equal(counted.length, calls);
      await replay.one(id, { dryRun: false, value: valid });
      assert.equal(counted.length, calls + 1);
    });

    test('what the database refuses is a failed attempt, with the reason; in a dry run too', async () => {
      await db.sql(`ALTER TABLE orders ADD CONSTRAINT no_refused CHECK (customer_id <> 'refused')`);
      const order = orderWith({ order_uid: uid(), customer_id: 'refused' });
      const id = await keepOne('bad');
      for (const dryRun of [true, false]) {
        const result = await replay.one(id, { dryRun, value: bytes(order) });
        assert.deepEqual([result.outcome, result.code], ['invalid', 'refused_by_database']);
        assert.match(result.reason!, /SQLSTATE 23514 at constraint no_refused/);
      }
      assert.deepEqual(await stateOf(id), { status: 'open', attempts: 1 });
      assert.equal(await read(order.order_uid), undefined);
    });

    test('I5: a fault of the infrastructure is an error, and no attempt', async () => {
      const id = await keepOne('bad');
      const value = bytes(orderWith({ order_uid: uid() }));
      await db.sql('ALTER TABLE order_items RENAME COLUMN price TO cost');
      await assert.rejects(replay.one(id, { dryRun: false, value }), { code: '42703' });
      await db.sql('ALTER TABLE order_items RENAME COLUMN cost TO price');
      assert.deepEqual(await stateOf(id), { status: 'open', attempts: 0 });
      assert.equal((await replay.one(id, { dryRun: false, value })).outcome, 'replayed');
    });

    test('a new order that a batch is storing at the same moment is waited for', async () => {
      const order_uid = uid();
      const topicId = randomUUID();
      const id = await keepOne('bad', { topicId, offset: 0n });
      const batch = new pg.Client(db.url);
      await batch.connect();
      await batch.query('BEGIN');
      const other = await createOther(batch, order_uid, topicId);
      const mending = replay.one(id, { dryRun: false, value: bytes(orderWith({ order_uid })) });
      await until('the replay waits for the batch', async () => {
        const rows = await db.sql(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                                   AND datname = current_database()`);
        return rows.length > 0;
      });
      await batch.query('COMMIT');
      await batch.end();
      assert.equal((await mending).outcome, 'superseded');
      assert.deepEqual(await read(order_uid), other);
    });

    /** Inserts a later version of `order_uid` on a connection whose transaction goes on. */
    async function createOther(client: pg.Client, order_uid: string, topicId: string) {
      const order = orderWith({ order_uid, sm_id: 77 });
      const [entry] = entries([order], { topicId, offset: 5n });
      for (const statement of new OrderWriter('batch').write([entry as never], []))
        await send(client, statement);
      return order;
    }
  });

  describe('I6: a newer version that has arrived since stays', () => {
    const at = (second: number) => BigInt(Date.UTC(2026, 0, 1, 0, 0, second));
    const cases: [string, object, object, 'replayed' | 'superseded'][] = [
      ['a later offset of its partition, in the same millisecond', {}, { offset: 1n }, 'superseded'],
      [
        'a later offset with an earlier timestamp',
        { timestamp: at(9) },
        { offset: 1n, timestamp: at(3) },
        'superseded',
      ],
      [
        'an earlier offset with a later timestamp',
        { offset: 5n, timestamp: at(3) },
        { offset: 2n, timestamp: at(9) },
        'replayed',
      ],
      ['an earlier offset of its partition', { offset: 5n }, { offset: 2n }, 'replayed'],
      ['another partition, later', { timestamp: at(3) }, { partition: 1, timestamp: at(9) }, 'superseded'],
      ['another partition, earlier', { timestamp: at(9) }, { partition: 1, timestamp: at(3) }, 'replayed'],
      ['another partition, in the same millisecond', {}, { partition: 1 }, 'superseded'],
      [
        'a topic created anew, later, at a lower offset',
        { offset: 900n, timestamp: at(3) },
        { topicId: randomUUID(), timestamp: at(9) },
        'superseded',
      ],
    ];
    for (const [name, letter, stored, expected] of cases) {
      test(`${name}: ${expected}`, async () => {
        const order_uid = uid();
        const topicId = randomUUID();
        const [mended, current] = [orderWith({ order_uid, sm_id: 1 }), orderWith({ order_uid, sm_id: 2 })];
        const order = entries([current], { topicId, ...stored });
        const keepFirst = (letter as { offset?: bigint }).offset === undefined;
        if (!keepFirst) await db.store.apply(order);
        const id = await keepOne('bad', { topicId, ...letter });
        if (keepFirst) await db.store.apply(order);
        const dry = await replay.one(id, { dryRun: true, value: bytes(mended) });
        const result = await replay.one(id, { dryRun: false, value: bytes(mended) });
        assert.deepEqual([dry.outcome, result.outcome, result.attempts], [expected, expected, 1]);
        assert.deepEqual(await read(order_uid), expected === 'replayed' ? mended : current);
        assert.deepEqual(await stateOf(id), { status: expected, attempts: 1 });
        const again = await replay.one(id, { dryRun: false });
        assert.equal(again.outcome, `already_${expected}`);
      });
    }

    test('and a replayed version makes way for a newer one from Kafka', async () => {
      const order_uid = uid();
      const topicId = randomUUID();
      const id = await keepOne('bad', { topicId });
      await replay.one(id, { dryRun: false, value: bytes(orderWith({ order_uid, sm_id: 1 })) });
      const newer = orderWith({ order_uid, sm_id: 2 });
      const { outcomes } = await db.store.apply(entries([newer], { topicId, offset: 1n }));
      assert.deepEqual(outcomes, ['updated']);
      assert.deepEqual(await read(order_uid), newer);
    });
  });

  test('caches forget what was replaced: this one at once, the others by notification', async () => {
    const order_uid = uid();
    const topicId = randomUUID();
    const old = orderWith({ order_uid, sm_id: 1 });
    await db.store.apply(entries([old], { topicId }));
    await lookup.find(order_uid);
    const id = await keepOne('bad', { topicId, offset: 1n });
    const listener = new pg.Client(db.url);
    await listener.connect();
    try {
      const heard: string[] = [];
      listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
      await listener.query('LISTEN orders_changed');
      const newer = orderWith({ order_uid, sm_id: 2 });
      await replay.one(id, { dryRun: true, value: bytes(newer) });
      assert.equal((await lookup.find(order_uid))?.from, 'cache');
      await replay.one(id, { dryRun: false, value: bytes(newer) });
      assert.deepEqual(JSON.parse(String((await lookup.find(order_uid))?.order.document)), newer);
      await until('the others are told', () => heard.length > 0);
      assert.deepEqual(heard, [`mender ${order_uid}`]);
    } finally {
      await listener.end();
    }
  });

  describe('which', () => {
    test('the list has filters and pages, newest first, and nothing of the content', async () => {
      const topic = `t-${randomUUID()}`;
      const ids = await keepDeadLetters(db, ['{', null, orderWith({ sm_id: -1 }), '}', ''], {
        topic,
        partition: 4,
      });
      const listed = async (filter: object, limit = 100, before?: string) =>
        (await letters.list({ topic, ...filter }, limit, before)).map(({ id }) => ids.indexOf(id));
      assert.deepEqual(await listed({}), [4, 3, 2, 1, 0]);
      assert.deepEqual(await listed({}, 2), [4, 3]);
      assert.deepEqual(await listed({}, 2, ids[3]), [2, 1]);
      assert.deepEqual(await listed({ code: 'not_json' }), [3, 0]);
      assert.deepEqual(await listed({ reason: '/SM_ID must' }), [2]);
      assert.deepEqual(await listed({ reason: '%' }), []);
      assert.deepEqual(await listed({ partition: 4 }), [4, 3, 2, 1, 0]);
      assert.deepEqual(await listed({ partition: 0 }), []);
      await db.sql(`UPDATE dead_letters SET created_at = '2026-01-01T00:00:00Z' WHERE id = $1`, [ids[1]]);
      assert.deepEqual(await listed({ until: new Date('2026-01-01T00:00:00.001Z') }), [1]);
      assert.deepEqual(await listed({ until: new Date('2026-01-01T00:00:00Z') }), []);
      assert.deepEqual(await listed({ since: new Date('2026-01-01T00:00:00Z'), code: 'no_value' }), [1]);
      assert.deepEqual(await listed({ since: new Date('2026-01-01T00:00:00.001Z') }), [4, 3, 2, 0]);
      await replay.one(ids[4]!, { dryRun: false, value: bytes(orderWith({ order_uid: uid() })) });
      assert.deepEqual(await listed({ status: 'open' }), [3, 2, 1, 0]);
      assert.deepEqual(await listed({ status: 'replayed' }), [4]);
      const [summary] = await letters.list({ topic, code: 'invalid' }, 1);
      assert.deepEqual(Object.keys(summary!).toSorted(), [
        'attempts',
        'code',
        'created_at',
        'id',
        'last_attempt_at',
        'offset',
        'partition',
        'reason',
        'record_timestamp',
        'status',
        'topic',
      ]);
    });

    test('all that match are the open ones that were there at the start, the oldest first', async () => {
      const topic = `t-${randomUUID()}`;
      const topicId = randomUUID();
      const ids = await keepDeadLetters(db, ['1', '2', '3', '4', '5'], { topic, topicId });
      const range = await replay.range();
      await keepDeadLetters(db, ['too late'], { topic, topicId, offset: 5n });
      await replay.one(ids[1]!, { dryRun: false, value: bytes(orderWith({ order_uid: uid() })) });
      assert.equal(await replay.count({ topic }, range), 4);
      const taken: string[] = [];
      for (let { after } = range; ; after = taken.at(-1)!) {
        const next = await replay.next({ topic }, { ...range, after }, 3);
        if (next.length === 0) break;
        taken.push(...next);
      }
      assert.deepEqual(taken, [ids[0], ids[2], ids[3], ids[4]]);
    });

    test('one is shown with its bytes, headers and errors, each with its path', async () => {
      const topicId = randomUUID();
      const [entry] = entries([orderWith({ sm_id: -1, locale: '' })], { topicId });
      entry!.record.key = Buffer.from([0, 0xff]);
      entry!.record.headers = [
        [Buffer.from('trace'), Buffer.from([1, 0xff])],
        [Buffer.from([0xfe]), null],
        [Buffer.from('trace'), Buffer.alloc(0)],
      ];
      await db.store.apply([entry!]);
      const [row] = await db.sql<{ id: string }>('SELECT id FROM dead_letters WHERE topic_id = $1', [
        topicId,
      ]);
      const found = await letters.find(row!.id);
      assert.deepEqual(
        [found?.key, found?.value, found?.headers],
        [entry!.record.key, entry!.record.value, entry!.record.headers],
      );
      assert.deepEqual(found?.errors.map(({ path }) => path).toSorted(), ['/locale', '/sm_id']);
      assert.deepEqual([found.history, found.latest_correction], [[], null]);
      assert.equal(await letters.find('999999999'), undefined);
    });
  });
}
