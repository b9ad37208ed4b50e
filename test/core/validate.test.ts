import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode } from '../../src/core/decode.ts';
import { validate } from '../../src/core/validate.ts';
import { orderWith } from '../support/orders.ts';

/** The paths of what is wrong with a document; none for an order. */
function wrong(document: string | object, options = { checkTotals: false }): string[] {
  const decoded = decode(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
  assert.ok(decoded.ok);
  const validated = validate(decoded.value, decoded.text, options);
  return validated.ok ? [] : validated.rejection.errors.map(({ path }) => path);
}

/** The canonical order with the field at `path` (like `payment.amount`, `items.0.price`) set, or removed by undefined. */
function changed(path: string, value: unknown): object {
  const order = orderWith() as unknown as Record<string, unknown>;
  const steps = path.split('.');
  let holder = order;
  for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
  if (value === undefined) delete holder[steps.at(-1)!];
  else holder[steps.at(-1)!] = value;
  return order;
}

const pointer = (path: string) => `/${path.replaceAll('.', '/')}`;

const strings = [
  'track_number entry locale customer_id delivery_service shardkey oof_shard',
  'delivery.name delivery.phone delivery.zip delivery.city delivery.address delivery.region delivery.email',
  'payment.transaction payment.currency payment.provider payment.bank',
  'items.0.track_number items.0.rid items.0.name items.0.size items.0.brand',
].flatMap((line) => line.split(' '));
const mayBeEmpty = ['internal_signature', 'payment.request_id'];
const integers = [
  'sm_id payment.amount payment.payment_dt payment.delivery_cost payment.goods_total payment.custom_fee',
  'items.0.chrt_id items.0.price items.0.sale items.0.total_price items.0.nm_id items.0.status',
].flatMap((line) => line.split(' '));

test('the canonical order is valid', () => assert.deepEqual(wrong(orderWith()), []));

test('every field is required', () => {
  const fields = [
    ...strings,
    ...mayBeEmpty,
    ...integers,
    'order_uid',
    'date_created',
    'delivery',
    'payment',
    'items',
  ];
  assert.equal(fields.length, 14 + 7 + 10 + 11);
  for (const field of fields) assert.deepEqual(wrong(changed(field, undefined)), [pointer(field)], field);
});

test('strings are strings, not empty but where the canonical order is, well-formed and without NUL', () => {
  for (const field of [...strings, ...mayBeEmpty]) {
    for (const value of [1, null, true, {}, [], 'a\u0000b', '\ud800']) {
      assert.deepEqual(wrong(changed(field, value)), [pointer(field)], `${field} ${JSON.stringify(value)}`);
    }
    assert.deepEqual(wrong(changed(field, 'x'.repeat(10_001))).slice(0, 1), [pointer(field)], field);
  }
  for (const field of strings) assert.ok(wrong(changed(field, '')).includes(pointer(field)), field);
  for (const field of mayBeEmpty) assert.deepEqual(wrong(changed(field, '')), [], field);
});

test('integers are JSON integers from 0 to 2^53-1, without coercion or rounding', () => {
  for (const field of integers) {
    for (const value of [0, 1, Number.MAX_SAFE_INTEGER])
      assert.deepEqual(wrong(changed(field, value)), [], field);
    for (const value of ['1817', '', null, true, 1.5, -1, [], 2 ** 53]) {
      assert.deepEqual(wrong(changed(field, value)), [pointer(field)], `${field} ${JSON.stringify(value)}`);
    }
    for (const written of ['9007199254740993', '1817.0', '1e3', '1.0000000000000000001', '1E400', '-1.0']) {
      const document = JSON.stringify(changed(field, 'HERE')).replace('"HERE"', written);
      assert.ok(wrong(document).includes(pointer(field)), `${field} ${written}`);
    }
  }
});

test('a number of a field that the model does not know may be any', () => {
  const document = JSON.stringify(orderWith({ unknown: 'HERE' })).replace(
    '"HERE"',
    '{"amount": 1.50, "price": 1e400}',
  );
  assert.deepEqual(wrong(document), []);
  assert.deepEqual(
    wrong(
      document.replace('{"order_uid"', `{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)},"order_uid"`),
    ),
    [''],
  );
});

test('order_uid is 1 to 64 of A-Z a-z 0-9 _ -', () => {
  for (const good of ['a', 'A-Z_09', 'x'.repeat(64)])
    assert.deepEqual(wrong(orderWith({ order_uid: good })), []);
  for (const bad of ['', 'x'.repeat(65), 'a b', 'a/b', 'заказ', 'a\n', '../x']) {
    assert.deepEqual(wrong(orderWith({ order_uid: bad })), ['/order_uid'], bad);
  }
});

test('date_created is an instant: a time zone, a real day, a year from 1970 to 9999', () => {
  const good = [
    '2021-11-26T06:22:19Z',
    '2021-11-26T06:22:19.123456789+03:00',
    '1970-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2024-02-29T00:00:00-11:30',
    '2016-12-31T23:59:60Z',
    '2021-11-26t06:22:19z',
  ];
  const bad = [
    '',
    '2021-11-26',
    '2021-11-26T06:22:19',
    '2021-11-26T06:22Z',
    '2021-02-29T00:00:00Z',
    '2021-13-01T00:00:00Z',
    '2021-11-26T24:00:00Z',
    '2021-11-26T06:22:60Z',
    '1969-12-31T23:59:59Z',
    '10000-01-01T00:00:00Z',
    '2021-11-26T06:22:19+24:00',
    '2021-11-26T06:22:19.Z',
    '1637907727',
  ];
  for (const value of good) assert.deepEqual(wrong(orderWith({ date_created: value })), [], value);
  for (const value of bad)
    assert.deepEqual(wrong(orderWith({ date_created: value })), ['/date_created'], value);
});

test('currency, email, phone, and what must not be blank', () => {
  const good = { 'payment.currency': ['USD', 'rub'], 'delivery.email': ['a@b', 'имя@почта.рф'] };
  const goodPhones = ['+9720000000', '8 (495) 123-45-67', '0', '[12] 3'];
  const bad = {
    'payment.currency': ['US', 'USDT', 'U$D', '   '],
    'delivery.email': ['', 'gmail.com'],
    'delivery.phone': ['', '+', 'call me', '+7+8', '12a'],
    track_number: ['', '  ', '\t'],
    customer_id: ['', ' '],
  };
  for (const [field, values] of Object.entries({ ...good, 'delivery.phone': goodPhones })) {
    for (const value of values) assert.deepEqual(wrong(changed(field, value)), [], `${field} ${value}`);
  }
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values)
      assert.ok(wrong(changed(field, value)).includes(pointer(field)), `${field} "${value}"`);
  }
});

test('at least one item, and each is checked', () => {
  assert.deepEqual(wrong(orderWith({ items: [] })), ['/items']);
  assert.deepEqual(wrong(changed('items', {})), ['/items']);
  const [item] = orderWith().items;
  assert.deepEqual(wrong(changed('items', [item, { ...item, price: -1 }, 7])), [
    '/items/1/price',
    '/items/2',
  ]);
  assert.deepEqual(
    wrong(
      changed(
        'items',
        Array.from({ length: 120 }, () => item),
      ),
    ),
    [],
  );
});

test('totals that do not add up are stored unless the setting says otherwise', () => {
  const order = changed('payment.amount', 1);
  assert.deepEqual(wrong(order), []);
  assert.deepEqual(wrong(order, { checkTotals: true }), ['/payment/amount']);
  assert.deepEqual(wrong(orderWith(), { checkTotals: true }), []);
});

test('all errors are named at once, in words, and none quotes a value', () => {
  const decoded = decode(
    Buffer.from(JSON.stringify({ ...changed('delivery.phone', 'secret-word'), sm_id: 'x' })),
  );
  assert.ok(decoded.ok);
  const validated = validate(decoded.value, decoded.text, { checkTotals: false });
  assert.ok(!validated.ok);
  assert.equal(
    validated.rejection.reason,
    '/delivery/phone must be a phone number: digits, with an optional +, spaces, brackets and dashes; /sm_id must be integer',
  );
});

test('any JSON object is accepted or rejected with a reason, and never throws', () => {
  const anything = fc.dictionary(fc.string(), fc.jsonValue());
  const almost = fc
    .tuple(
      fc.constantFrom(...strings, ...integers, 'items', 'delivery', 'payment', '__proto__'),
      fc.jsonValue(),
    )
    .map(([path, value]) => changed(path, value));
  fc.assert(
    fc.property(fc.oneof(anything, almost), (value) => {
      const text = JSON.stringify(value);
      const validated = validate(JSON.parse(text), text, { checkTotals: true });
      assert.ok(validated.ok || (validated.rejection.errors.length > 0 && validated.rejection.reason !== ''));
    }),
    { numRuns: 2_000 },
  );
});
