/**
 * The order: one schema for validation, types and the OpenAPI document.
 *
 * Strict about shape, lenient about taste: a field that the model does not know is allowed everywhere and
 * is kept, because what a reader gets is the document that was sent.
 */
import { Type, type Static } from 'typebox';

const maxLength = 10_000;

/** Well-formed Unicode without NUL. Only the fields that are empty in the canonical order may be empty. */
const text = Type.String({ minLength: 1, maxLength, format: 'text' });
const textOrEmpty = Type.String({ maxLength, format: 'text' });
const notBlank = Type.String({
  maxLength,
  format: 'not-blank',
  description: 'not empty, not only white space',
});
const integer = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const OrderUid = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: '1 to 64 of A-Z a-z 0-9 _ -',
});

export const Delivery = Type.Object({
  name: text,
  phone: Type.String({
    maxLength,
    format: 'phone',
    description: 'digits, with an optional +, spaces, brackets and dashes',
  }),
  zip: text,
  city: text,
  address: text,
  region: text,
  email: Type.String({ maxLength, format: 'address-with-at', description: 'contains @' }),
});

export const Payment = Type.Object({
  transaction: text,
  request_id: textOrEmpty,
  currency: Type.String({ pattern: '^[A-Za-z]{3}$', description: 'three letters' }),
  provider: text,
  amount: integer,
  payment_dt: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Unix seconds' }),
  bank: text,
  delivery_cost: integer,
  goods_total: integer,
  custom_fee: integer,
});

export const Item = Type.Object({
  chrt_id: integer,
  track_number: text,
  price: integer,
  rid: text,
  name: text,
  sale: integer,
  size: text,
  total_price: integer,
  nm_id: integer,
  brand: text,
  status: integer,
});

export const Order = Type.Object({
  order_uid: OrderUid,
  track_number: notBlank,
  entry: text,
  delivery: Delivery,
  payment: Payment,
  items: Type.Array(Item, { minItems: 1 }),
  locale: text,
  internal_signature: textOrEmpty,
  customer_id: notBlank,
  delivery_service: text,
  shardkey: text,
  sm_id: integer,
  date_created: Type.String({
    maxLength: 64,
    format: 'instant',
    description: 'RFC 3339 with a time zone, year 1970 to 9999',
  }),
  oof_shard: text,
});

export type Delivery = Static<typeof Delivery>;
export type Payment = Static<typeof Payment>;
export type Item = Static<typeof Item>;
export type Order = Static<typeof Order>;
