/** What the service says of a bad record, on the page in Russian. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, generateOrder } from '../../src/core/generate.ts';
import { examine } from '../../src/core/record.ts';
import { corruptions } from '../../src/core/spoil.ts';
import { reasonRu } from '../../web/src/language/reasons-ru.ts';
import { orderWith } from '../support/orders.ts';
import { record } from '../support/records.ts';

const { payment } = orderWith();

test('each reason why a record is no order has its Russian words', () => {
  const random = createRandom(1, 0);
  const values = [
    ...corruptions.flatMap((corruption) =>
      Array.from({ length: 20 }, (_, n) => corruption.spoil(generateOrder(1, n), random)),
    ),
    '1',
    'true',
    '{"items":{}}',
    JSON.stringify(orderWith()).replace('1817', '1817.0'),
    `${'{"sm_id":1.0,"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`,
    orderWith({ payment: { ...payment, amount: 1 } }),
  ];
  for (const value of values) {
    const entry = examine(record(value), { checkTotals: true });
    assert.ok('rejection' in entry);
    const { reason, errors } = entry.rejection;
    for (const text of [reason, ...errors.map(({ message }) => message)]) {
      assert.match(reasonRu(text) ?? '', /[а-я]/, text);
    }
  }
});

test('a reason of several keeps their paths and how many more there are', () => {
  const entry = examine(record('{"sm_id":"x"}'), { checkTotals: false });
  assert.ok('rejection' in entry);
  const russian = reasonRu(entry.rejection.reason)!;
  assert.match(russian, /^\/order_uid отсутствует; .*; и ещё \d+$/);
});

test('what the database says has no words here', () => {
  assert.equal(reasonRu('The database refuses the order: value "x; is missing" is out of range'), undefined);
});
