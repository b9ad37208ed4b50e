/** Bad records of the kinds that happen: what the emulator sends to show that one of them stops nothing. */
import type { Random } from './generate.ts';
import type { Order } from './order.ts';

export interface Corruption {
  /** In lower case with dashes, as the emulator's summary shows it. */
  name: string;
  /** The value of a record that is not an order; `null` is a tombstone. Leaves `order` as it is. */
  spoil(order: Order, random: Random): Buffer | null;
}

/** Each makes a record invalid, whatever the order and the random numbers. */
export const corruptions: readonly Corruption[] = [
  bytes('malformed-json', (json) => `${json.slice(0, -1)},}`),
  {
    name: 'truncated-json',
    spoil(order, random) {
      const json = Buffer.from(JSON.stringify(order));
      return json.subarray(0, random.integer(1, json.length - 1));
    },
  },
  bytes('not-json', () => '<order><order_uid>1</order_uid></order>'),
  bytes('unknown-shape', () => '{"hello":"world"}'),
  bytes('array', (json) => `[${json}]`),
  bytes('json-string', (json) => JSON.stringify(json)),
  bytes('json-null', () => 'null'),
  bytes('empty-value', () => ''),
  { name: 'tombstone', spoil: () => null },
  {
    name: 'not-utf-8',
    // A name in Windows-1251, the likeliest way for this to happen.
    spoil: (order) =>
      splice(
        changed(order, ({ delivery }) => (delivery.name = marker)),
        Buffer.from([0xc0, 0xed, 0xed, 0xe0]),
      ),
  },
  {
    name: 'missing-field',
    spoil: (order, random) =>
      json(
        changed(order, (draft) => {
          const holder: object = random.pick([draft, draft.delivery, draft.payment, draft.items[0]!]);
          Reflect.deleteProperty(holder, random.pick(Object.keys(holder)));
        }),
      ),
  },
  field('null-field', (draft) => Object.assign(draft, { delivery: null })),
  field('string-for-integer', ({ payment }) => Object.assign(payment, { amount: String(payment.amount) })),
  field('integer-for-string', (draft) => Object.assign(draft, { shardkey: 9 })),
  field('fraction', ({ payment }) => (payment.amount += 0.5)),
  field('negative-amount', ({ payment }) => (payment.amount = -payment.amount - 1)),
  {
    name: 'too-large-integer',
    // 2^53 + 1, the first integer that JSON.parse changes without a word.
    spoil: (order) => Buffer.from(JSON.stringify(order).replace(/"amount":\d+/, '"amount":9007199254740993')),
  },
  field('date-without-zone', (draft) => (draft.date_created = draft.date_created.replace('Z', ''))),
  field('impossible-date', (draft) => (draft.date_created = '2025-02-30T12:00:00Z')),
  field('email-without-at', ({ delivery }) => (delivery.email = delivery.email.replace('@', ' at '))),
  field('phone-with-letters', ({ delivery }) => (delivery.phone = 'call the office')),
  field('unknown-currency', ({ payment }) => (payment.currency = 'roubles')),
  field('uid-with-space', (draft) => (draft.order_uid = `${draft.order_uid} `)),
  field('blank-customer', (draft) => (draft.customer_id = '  ')),
  field('no-items', (draft) => (draft.items = [])),
  field('nul-in-text', ({ delivery }) => (delivery.city += '\0')),
  // Half of an emoji: what is left when a producer cuts a string by UTF-16 length.
  field('lone-surrogate', ({ items }) => (items[0]!.name += '\ud83d')),
  field('endless-text', ({ delivery }) => (delivery.address = 'very '.repeat(2_001) + 'long')),
];

const marker = 'THE-PLACE-OF-BYTES';

function bytes(name: string, spoil: (json: string) => string): Corruption {
  return { name, spoil: (order) => Buffer.from(spoil(JSON.stringify(order))) };
}

function field(name: string, change: (draft: Order) => unknown): Corruption {
  return { name, spoil: (order) => json(changed(order, change)) };
}

function changed(order: Order, change: (draft: Order) => unknown): Order {
  const draft = structuredClone(order);
  change(draft);
  return draft;
}

function json(order: Order): Buffer {
  return Buffer.from(JSON.stringify(order));
}

function splice(order: Order, replacement: Buffer): Buffer {
  const [before, after] = JSON.stringify(order).split(marker);
  return Buffer.concat([Buffer.from(before!), replacement, Buffer.from(after!)]);
}
