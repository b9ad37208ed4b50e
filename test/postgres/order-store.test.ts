import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { DataFault } from '../../src/core/store.ts';
import { onEachPostgres } from '../support/each-postgres.ts';
import { orderWith } from '../support/orders.ts';
import { entries, testTopic } from '../support/records.ts';
import type { TestStore } from '../support/store.ts';

onEachPostgres(storeSuite);

function storeSuite(create: () => Promise<TestStore>): void {
  let db: TestStore;
  before(async () => {
    db = await create();
  });
  after(() => db.close());

  /** Each test has a topic of its own, and so a fence of its own. */
  const place = () => ({ topicId: randomUUID() });
  const uid = () => `o-${randomUUID()}`;
  const read = async (orderUid: string) => {
    const found = await db.reader.find(orderUid);
    return found && (JSON.parse(found.document.toString()) as unknown);
  };
  const deadLettersOf = (topicId: string) =>
    db.sql<{
      offset: string;
      code: string;
      value: Buffer | null;
      key: Buffer | null;
      headers: unknown;
      errors: unknown[];
    }>(
      'SELECT "offset", code, value, key, headers, errors FROM dead_letters WHERE topic_id = $1 ORDER BY "offset"',
      [topicId],
    );

  test('a new order is stored, in columns for analysts and as it was sent', async () => {
    const order = orderWith({ order_uid: uid(), date_created: '2021-11-26T06:22:19.123456+03:00' });
    const applied = await db.store.apply(entries([order], place()));
    assert.deepEqual(applied.outcomes, ['stored']);
    assert.deepEqual(await read(order.order_uid), order);
    const [row] = await db.sql('SELECT * FROM orders WHERE order_uid = $1', [order.order_uid]);
    assert.equal(row?.['delivery_name'], order.delivery.name);
    assert.equal(row?.['payment_amount'], '1817');
    assert.equal(row?.['payment_dt'], '1637907727');
    const [instant] = await db.sql<{ date: string }>(
      `SELECT to_char(date_created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS date FROM orders WHERE order_uid = $1`,
      [order.order_uid],
    );
    assert.equal(instant?.date, '2021-11-26T03:22:19.123456');
    const items = await db.sql('SELECT * FROM order_items WHERE order_uid = $1', [order.order_uid]);
    assert.equal(items.length, 1);
    assert.deepEqual(
      [items[0]?.['position'], items[0]?.['name'], items[0]?.['price']],
      [0, 'Mascaras', '453'],
    );
  });

  test('every document comes back as it was sent: unknown fields, 2^53-1, Unicode, spelling, 120 items', async () => {
    const [item] = orderWith().items;
    const big = Number.MAX_SAFE_INTEGER;
    const order = orderWith({
      order_uid: uid(),
      customer_id: 'Ёж 🦔 "\\\n\t\u2028 ‮',
      sm_id: big,
      items: Array.from({ length: 120 }, (_, index) => ({
        ...item!,
        price: big,
        chrt_id: index,
        gift: { wrap: [null] },
      })),
      loyalty: { points: 1.5e-7, tiers: ['a', { b: [] }], __proto__: 1 },
    });
    const text = JSON.stringify(order, undefined, 3).replace('1.5e-7', '12345678901234567890.10e-400');
    await db.store.apply(entries([text], place()));
    const found = await db.reader.find(order.order_uid);
    assert.equal(found?.document.toString(), text);
    const [count] = await db.sql<{ n: number; max: string }>(
      'SELECT count(*)::int AS n, max(price) AS max FROM order_items WHERE order_uid = $1',
      [order.order_uid],
    );
    assert.deepEqual(count, { n: 120, max: String(big) });
  });

  test('any valid order survives store and read unchanged, in its columns too', async () => {
    const integer = fc.maxSafeNat();
    const string = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
      .filter((s) => s.trim() !== '' && !s.includes('\0'));
    const order = fc.record({
      track_number: string,
      customer_id: string,
      sm_id: integer,
      date_created: fc
        .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((d) => d.toISOString()),
      delivery: fc.record({
        name: string,
        phone: fc.nat().map(String),
        zip: string,
        city: string,
        address: string,
        region: string,
        email: string.map((s) => `${s}@`),
      }),
      unknown: fc.jsonValue(),
    });
    const topic = place();
    let offset = 0n;
    await fc.assert(
      fc.asyncProperty(fc.array(order, { minLength: 1, maxLength: 20 }), async (changes) => {
        const orders = changes.map((change) => orderWith({ order_uid: uid(), ...change }));
        const batch = entries(orders, { ...topic, offset });
        offset += BigInt(orders.length);
        assert.deepEqual(
          (await db.store.apply(batch)).outcomes,
          orders.map(() => 'stored'),
        );
        for (const sent of orders) {
          assert.deepEqual(await read(sent.order_uid), JSON.parse(JSON.stringify(sent)));
          const [row] = await db.sql<{
            track_number: string;
            delivery_city: string;
            sm_id: string;
            date_created: Date;
          }>('SELECT track_number, delivery_city, sm_id, date_created FROM orders WHERE order_uid = $1', [
            sent.order_uid,
          ]);
          assert.deepEqual(
            [row?.track_number, row?.delivery_city, row?.sm_id, row?.date_created.toISOString()],
            [sent.track_number, sent.delivery.city, String(sent.sm_id), sent.date_created],
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  test('the same order again: no second row, nothing changes', async () => {
    const order = orderWith({ order_uid: uid() });
    const topic = place();
    await db.store.apply(entries([order], topic));
    const before = await db.sql('SELECT *, xmin FROM orders WHERE order_uid = $1', [order.order_uid]);
    const { outcomes } = await db.store.apply(entries([order, order], { ...topic, offset: 1n }));
    assert.deepEqual(outcomes, ['skipped', 'skipped']);
    assert.deepEqual(
      await db.sql('SELECT *, xmin FROM orders WHERE order_uid = $1', [order.order_uid]),
      before,
    );
  });

  test('the newer version wins, with its items and without those that are gone', async () => {
    const [item] = orderWith().items;
    const order_uid = uid();
    const versions = Array.from({ length: 100 }, (_, index) =>
      orderWith({
        order_uid,
        sm_id: index + 1,
        items: Array.from({ length: 100 - index }, () => ({ ...item!, price: index })),
      }),
    );
    const topic = place();
    const first = await db.store.apply(entries(versions.slice(0, 50), topic));
    assert.deepEqual(first.outcomes, ['stored', ...Array.from({ length: 49 }, () => 'updated')]);
    for (let index = 50; index < 100; index++) {
      const applied = await db.store.apply(entries([versions[index]!], { ...topic, offset: BigInt(index) }));
      assert.deepEqual(applied.outcomes, ['updated']);
    }
    assert.deepEqual(await read(order_uid), versions[99]);
    const items = await db.sql('SELECT position, price FROM order_items WHERE order_uid = $1', [order_uid]);
    assert.deepEqual(items, [{ position: 0, price: '99' }]);
  });

  test('between partitions the later timestamp is the newer version, in whatever order they come', async () => {
    const order_uid = uid();
    const [older, newer] = [orderWith({ order_uid, sm_id: 1 }), orderWith({ order_uid, sm_id: 2 })];
    const topic = place();
    const at = (second: number) => BigInt(Date.UTC(2026, 0, 1, 0, 0, second));
    await db.store.apply(entries([newer], { ...topic, partition: 1, timestamp: at(9) }));
    const { outcomes } = await db.store.apply(entries([older], { ...topic, partition: 2, timestamp: at(3) }));
    assert.deepEqual(outcomes, ['skipped']);
    assert.deepEqual(await read(order_uid), newer);
  });

  test('within a partition the offset decides, whatever the timestamps say', async () => {
    const order_uid = uid();
    const topic = place();
    await db.store.apply(entries([orderWith({ order_uid, sm_id: 1 })], { ...topic, timestamp: 2_000n }));
    const late = entries([orderWith({ order_uid, sm_id: 2 })], { ...topic, offset: 1n, timestamp: 1_000n });
    assert.deepEqual((await db.store.apply(late)).outcomes, ['updated']);
  });

  test('I3: a batch that is delivered again changes nothing, not even partly', async () => {
    const topic = place();
    const batch = entries([orderWith({ order_uid: uid() }), 'bad', orderWith({ order_uid: uid() })], topic);
    assert.deepEqual((await db.store.apply(batch)).outcomes, ['stored', 'dead_letter', 'stored']);
    const sum = () =>
      db.sql('SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM dead_letters) AS dead');
    const before = await sum();
    const again = await db.store.apply([...batch, ...entries(['worse'], { ...topic, offset: 3n })]);
    assert.deepEqual(again.outcomes, ['skipped', 'skipped', 'skipped', 'dead_letter']);
    assert.deepEqual([...again.next.offsets], [[0, 4n]]);
    assert.equal((await deadLettersOf(topic.topicId)).length, 2);
    assert.deepEqual((await db.store.apply(batch)).outcomes, ['skipped', 'skipped', 'skipped']);
    assert.notDeepEqual(await sum(), before);
  });

  test('I3: a consumer that has lost its partition cannot write over newer data', async () => {
    const order_uid = uid();
    const topic = place();
    const old = entries([orderWith({ order_uid, sm_id: 1 })], topic);
    const newer = orderWith({ order_uid, sm_id: 2 });
    await db.store.apply([...old, ...entries([newer], { ...topic, offset: 1n })]);
    assert.deepEqual((await db.store.apply(old)).outcomes, ['skipped']);
    assert.deepEqual(await read(order_uid), newer);
  });

  test('I3: two consumers that apply the same records at once have one effect', async () => {
    const topic = place();
    const orders = Array.from({ length: 200 }, () => orderWith({ order_uid: uid() }));
    const batch = entries([...orders, 'bad'], topic);
    const both = await Promise.all([db.store.apply(batch), db.store.apply(batch)]);
    const counts = both.map(({ outcomes }) => outcomes.filter((outcome) => outcome !== 'skipped').length);
    assert.deepEqual(new Set(counts), new Set([0, 201]));
    assert.equal((await deadLettersOf(topic.topicId)).length, 1);
  });

  test('I3: a topic that was created anew under its name starts again at offset 0', async () => {
    const order = orderWith({ order_uid: uid() });
    await db.store.apply(entries(['bad', 'bad', 'bad'], place()));
    assert.deepEqual((await db.store.apply(entries([order], place()))).outcomes, ['stored']);
  });

  test('I4: a bad record between good neighbours is a dead letter with its bytes, key, headers and reason', async () => {
    const topic = place();
    const value = Buffer.from([0, 0xff, 0x7b]);
    const [good, bad, tombstone] = [orderWith({ order_uid: uid() }), value, null];
    const batch = entries([good, bad, tombstone, '{"order_uid":"x"}'], topic);
    const key = Buffer.from('k\0');
    batch[1]!.record.key = key;
    batch[1]!.record.headers = [
      [Buffer.from('trace\0'), Buffer.from([1, 2])],
      [Buffer.from([0xff]), null],
    ];
    assert.deepEqual((await db.store.apply(batch)).outcomes, [
      'stored',
      'dead_letter',
      'dead_letter',
      'dead_letter',
    ]);
    const kept = await deadLettersOf(topic.topicId);
    assert.deepEqual(
      kept.map(({ offset, code }) => [offset, code]),
      [
        ['1', 'not_utf8'],
        ['2', 'no_value'],
        ['3', 'invalid'],
      ],
    );
    assert.deepEqual([kept[0]?.value, kept[0]?.key], [value, key]);
    assert.deepEqual(kept[0]?.headers, [
      { key: 'trace\0', value: 'AQI=' },
      { key_base64: '/w==', value: null },
    ]);
    assert.equal(kept[1]?.value, null);
    assert.equal(kept[2]?.errors.length, 13);
  });

  test('I5: a value that the database refuses is a fault of the data, and nothing of its batch is stored', async () => {
    const order_uid = uid();
    await db.sql(`ALTER TABLE orders ADD CONSTRAINT no_refused CHECK (customer_id <> 'refused')`);
    const topic = place();
    const batch = entries(
      [orderWith({ order_uid }), orderWith({ order_uid: uid(), customer_id: 'refused' })],
      topic,
    );
    await assert.rejects(db.store.apply(batch), (error: Error) => {
      assert.ok(error instanceof DataFault);
      assert.equal(error.message, 'SQLSTATE 23514 at constraint no_refused');
      return true;
    });
    assert.equal(await read(order_uid), undefined);
    assert.deepEqual((await db.store.apply(batch.slice(0, 1))).outcomes, ['stored']);
  });

  test('I5: a missing column is a fault of the infrastructure', async () => {
    await db.sql('ALTER TABLE dead_letters RENAME COLUMN reason TO motive');
    const batch = entries(['bad'], place());
    await assert.rejects(db.store.apply(batch), (error: Error) => !(error instanceof DataFault));
    await db.sql('ALTER TABLE dead_letters RENAME COLUMN motive TO reason');
    assert.deepEqual((await db.store.apply(batch)).outcomes, ['dead_letter']);
  });

  test('I5: of statements that were sent together the one that failed by itself is told, not those behind it', async () => {
    const batch = entries([orderWith({ order_uid: uid() }), 'bad'], place());
    for (const [table, column] of [
      ['applied_offsets', 'next_offset'],
      ['orders', 'document'],
    ]) {
      await db.sql(`ALTER TABLE ${table} RENAME COLUMN ${column} TO gone`);
      try {
        for (let round = 0; round < 10; round++) {
          await assert.rejects(db.store.apply(batch), (error: { code?: string }) => error.code === '42703');
        }
      } finally {
        await db.sql(`ALTER TABLE ${table} RENAME COLUMN gone TO ${column}`);
      }
    }
    assert.deepEqual((await db.store.apply(batch)).outcomes, ['stored', 'dead_letter']);
  });

  test('the newest come first, in the order in which they were received; the list pages through all of them', async () => {
    const topic = place();
    const sent = Array.from({ length: 30 }, (_, index) =>
      orderWith({ order_uid: `z-${30 - index}-${randomUUID()}` }),
    );
    await db.store.apply(entries(sent, topic));
    const newest = sent.map(({ order_uid }) => order_uid).toReversed();
    assert.deepEqual(
      (await db.reader.newest(30)).map(({ order_uid }) => order_uid),
      newest,
    );
    const listed: string[] = [];
    let cursor;
    do {
      const page = await db.reader.list({ limit: 7, before: cursor });
      listed.push(...page.map(({ order_uid }) => order_uid));
      cursor = page.at(-1);
    } while (cursor);
    assert.deepEqual(listed.slice(0, 30), newest);
    assert.equal(new Set(listed).size, listed.length);
    const [count] = await db.sql<{ n: number }>('SELECT count(*)::int AS n FROM orders');
    assert.equal(listed.length, count?.n);
  });

  test('a timestamp of any year is taken', async () => {
    const batch = entries([orderWith({ order_uid: uid() })], { ...place(), timestamp: 253_402_300_799_999n });
    assert.deepEqual((await db.store.apply(batch)).outcomes, ['stored']);
    assert.ok(testTopic.topicId);
  });
}
