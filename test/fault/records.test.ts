/** What producers can send: anything. Each record ends in exactly one place, and no neighbour notices. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { generateOrder } from '../../src/core/generate.ts';
import { examine, isOrder, type SourceRecord } from '../../src/core/record.ts';
import { record } from '../support/records.ts';
import type { RunningService } from '../support/service.ts';
import type { LedgerRecord } from './ledger.ts';
import { scale, seed } from './scale.ts';
import { load, openStage, type Stage } from './stage.ts';

/** Kafka's `max.message.bytes` unless configured, and what a batch of one record costs beyond its value and key. */
const maxMessageBytes = 1_048_588;
const batchOverheadBytes = 160;

/** Text that JSON, UTF-8, PostgreSQL or JavaScript may stumble over. */
const nastyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\0',
    '\\u0000',
    '\ud83d',
    '__proto__',
    'constructor',
    '\u2028',
    '\ufeff',
    '💥',
    "'; --",
    '\\x00',
  ),
);

const nastyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  nastyText,
  fc.constantFrom<unknown>(null, [], {}, '', 0, -0, -1, 1.5, 1e308, 2 ** 53, 2 ** 63, true),
);

const paths =
  'order_uid track_number items sm_id date_created delivery payment customer_id delivery.name delivery.phone delivery.email ' +
  'payment.amount payment.currency items.0 items.0.price items.0.name unknown __proto__ delivery.__proto__';

/** An order with one thing put in a place, as JSON text. */
const mutated = fc
  .tuple(fc.nat(1_000_000), fc.constantFrom(...paths.split(' ')), nastyValue)
  .map(([index, path, value]) => {
    const order = generateOrder(seed, index) as unknown as Record<string, unknown>;
    const keys = path.split('.');
    const last = keys.pop()!;
    let holder = order;
    for (const key of keys) holder = holder[key] as Record<string, unknown>;
    Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
    return JSON.stringify(order);
  });

/** JSON text with another piece of text in it, which may make it none, or one that says a thing twice. */
const spliced = fc
  .tuple(
    fc.nat(1_000_000),
    fc.nat(2_000),
    fc.oneof(
      nastyText,
      fc.constantFrom(
        '1e999',
        '9007199254740993',
        '1.0',
        '"order_uid":"again",',
        '"items":[],',
        ',',
        '}',
        '[',
      ),
    ),
  )
  .map(([index, at, text]) => {
    const json = JSON.stringify(generateOrder(seed, index));
    const place = at % json.length;
    return json.slice(0, place) + text + json.slice(place);
  });

const fuzzed: fc.Arbitrary<Buffer | null> = fc.oneof(
  { arbitrary: mutated.map((text) => Buffer.from(text)), weight: 5 },
  { arbitrary: spliced.map((text) => Buffer.from(text)), weight: 3 },
  { arbitrary: fc.jsonValue({ maxDepth: 6 }).map((value) => Buffer.from(JSON.stringify(value))), weight: 1 },
  { arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
  // Bytes that are not UTF-8, in the middle of an order.
  {
    arbitrary: fc.nat(1_000).map((at) => {
      const bytes = Buffer.from(JSON.stringify(generateOrder(seed, at)));
      bytes[at % bytes.length] = 0xff;
      return bytes;
    }),
    weight: 1,
  },
  { arbitrary: fc.constantFrom(null, Buffer.alloc(0), Buffer.from('['.repeat(100_000))), weight: 1 },
);

/** What the ledger owes for a value: the verdict is the service's own, its consequences are not. */
function owed(value: Buffer | null): LedgerRecord {
  const entry = examine(record(value) satisfies SourceRecord, { checkTotals: false });
  if (!isOrder(entry)) return { bad: value };
  return { order_uid: entry.order.order_uid, document: String(entry.document) };
}

describe('records', () => {
  let stage: Stage;
  let service: RunningService;

  before(async () => {
    stage = await openStage();
    service = await stage.serve({ env: { BATCH_MAX_RECORDS: '200' } });
  });
  after(() => stage.close());

  const whole = async () => {
    await stage.settled();
    assert.deepEqual(await stage.damages(service), []);
  };

  test(`I4: ${scale.fuzzedRecords} fuzzed records among good ones (seed ${seed})`, async (t) => {
    const values = fc.sample(fuzzed, { numRuns: scale.fuzzedRecords, seed });
    const records = values.map(owed);
    const good = load(40, Math.ceil(records.length / 4), 1e9);
    await stage.ledger.send(records.flatMap((one, n) => (n % 4 === 0 ? [one, good[n / 4]!] : [one])));
    const bad = records.filter((one) => 'bad' in one).length;
    t.diagnostic(`${bad} of ${records.length} are no orders`);
    assert.ok(bad > records.length / 3 && bad < records.length, `${bad} are bad`);
    await whole();
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^orders_consumed_total{outcome="\w+"} (\d+)$/gm)].map(([, n]) =>
      Number(n),
    );
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      stage.ledger.acknowledged,
    );
  });

  test('v1 to v100 of an order, in one batch and in a hundred: the last is stored, with its items', async () => {
    const versions = (index: number): LedgerRecord[] =>
      Array.from({ length: 100 }, (_, version) => {
        const order = generateOrder(41, index);
        const items = Array.from({ length: 1 + (version % 7) }, () => ({
          ...order.items[0]!,
          price: version,
        }));
        return { order_uid: order.order_uid, document: JSON.stringify({ ...order, sm_id: version, items }) };
      });
    await stage.ledger.send(versions(0));
    for (const version of versions(1)) await stage.ledger.send([version]);
    await whole();
  });

  test('tombstones, empty values, and orders of the largest size that the broker takes', async () => {
    const large = (index: number): LedgerRecord => {
      const order = { ...generateOrder(42, index), note: '' };
      const bytes = Buffer.byteLength(JSON.stringify(order)) + order.order_uid.length + batchOverheadBytes;
      const document = JSON.stringify({ ...order, note: 'n'.repeat(maxMessageBytes - bytes) });
      return { order_uid: order.order_uid, document };
    };
    const all: LedgerRecord[] = [];
    for (let index = 0; index < 10; index++) {
      all.push(large(index), { bad: null }, { bad: Buffer.alloc(0) }, ...load(42, 5, 1e9, 100 + 5 * index));
    }
    // One that is too large as an order is: a megabyte that is none.
    all.push({ bad: Buffer.alloc(maxMessageBytes - batchOverheadBytes, 'x') });
    await stage.ledger.send(all);
    await whole();
  });
});
