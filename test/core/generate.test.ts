import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom, generateOrder, maxSeed } from '../../src/core/generate.ts';
import { examine, isOrder, type SourceRecord } from '../../src/core/record.ts';
import { corruptions } from '../../src/core/spoil.ts';

const seeds = fc.nat({ max: maxSeed });
const indexes = fc.nat({ max: 2 ** 32 - 1 });

suite('generateOrder', () => {
  test('makes the same order for the same seed and index, and another for another', () => {
    fc.assert(
      fc.property(seeds, indexes, (seed, index) => {
        assert.deepEqual(generateOrder(seed, index), generateOrder(seed, index));
        const other = seed === maxSeed ? 0 : seed + 1;
        assert.notEqual(generateOrder(seed, index).order_uid, generateOrder(other, index).order_uid);
      }),
    );
  });

  test('makes orders that the service accepts, whose totals add up', () => {
    fc.assert(
      fc.property(seeds, indexes, (seed, index) => {
        const order = generateOrder(seed, index);
        const entry = verdict(Buffer.from(JSON.stringify(order)));
        assert.ok(isOrder(entry), 'rejection' in entry ? entry.rejection.reason : '');
        assert.match(order.order_uid, /^[a-f0-9]{16}test$/);
        for (const { price, sale, total_price } of order.items) {
          assert.equal(total_price, Math.round((price * (100 - sale)) / 100));
        }
        assert.equal(
          order.payment.goods_total,
          order.items.reduce((sum, { total_price }) => sum + total_price, 0),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test('uses no order_uid twice', () => {
    const uids = new Set<string>();
    for (const seed of [0, 1, 2 ** 32, maxSeed]) {
      for (let index = 0; index < 20_000; index++) uids.add(generateOrder(seed, index).order_uid);
    }
    assert.equal(uids.size, 80_000);
  });

  test('makes orders in English and Russian, of about 1 KB', () => {
    const orders = Array.from({ length: 1_000 }, (_, index) => generateOrder(1, index));
    const russian = orders.filter(({ locale }) => locale === 'ru').length;
    assert.ok(russian > 400 && russian < 600, `${russian} of 1000 are Russian`);
    const bytes = orders.reduce((sum, order) => sum + Buffer.byteLength(JSON.stringify(order)), 0) / 1_000;
    assert.ok(bytes > 1_000 && bytes < 1_200, `${bytes} bytes on average`);
  });
});

suite('corruptions', () => {
  test('have different names', () => {
    assert.equal(new Set(corruptions.map(({ name }) => name)).size, corruptions.length);
  });

  for (const corruption of corruptions) {
    test(`${corruption.name} is never an order, and leaves the order it is given as it is`, () => {
      fc.assert(
        fc.property(seeds, indexes, (seed, index) => {
          const order = generateOrder(seed, index);
          const spoilt = corruption.spoil(order, createRandom(seed, index));
          assert.ok(!isOrder(verdict(spoilt)), 'it is accepted');
          assert.deepEqual(order, generateOrder(seed, index));
        }),
      );
    });
  }
});

function verdict(value: Buffer | null) {
  const record: SourceRecord = {
    topic: 'orders',
    topicId: 'id',
    partition: 0,
    offset: 0n,
    timestamp: 0n,
    key: null,
    value,
    headers: [],
  };
  return examine(record, { checkTotals: true });
}
