/**
 * The order as it came, and beside it the fields that the model does not know. A producer may add a field
 * tomorrow: the page shows it without being changed.
 */
import type { Delivery, Item, Order, Payment } from '../../../src/core/order.ts';

/** A number in the sender's spelling: 9007199254740993 and 1.50 would not survive as a JavaScript number. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = string | boolean | null | NumberText | Json[] | { [key: string]: Json };

export type UnknownField = { path: string; value: Json };

export type OrderDocument = {
  order: Order;
  unknown: UnknownField[];
  /** As it was sent. */
  text: string;
  exact: { [key: string]: Json };
};

// The compiler keeps these complete: a field added to the model is an error here.
const orderFields: Record<keyof Order, true> = {
  order_uid: true,
  track_number: true,
  entry: true,
  delivery: true,
  payment: true,
  items: true,
  locale: true,
  internal_signature: true,
  customer_id: true,
  delivery_service: true,
  shardkey: true,
  sm_id: true,
  date_created: true,
  oof_shard: true,
};
const deliveryFields: Record<keyof Delivery, true> = {
  name: true,
  phone: true,
  zip: true,
  city: true,
  address: true,
  region: true,
  email: true,
};
const paymentFields: Record<keyof Payment, true> = {
  transaction: true,
  request_id: true,
  currency: true,
  provider: true,
  amount: true,
  payment_dt: true,
  bank: true,
  delivery_cost: true,
  goods_total: true,
  custom_fee: true,
};
const itemFields: Record<keyof Item, true> = {
  chrt_id: true,
  track_number: true,
  price: true,
  rid: true,
  name: true,
  sale: true,
  size: true,
  total_price: true,
  nm_id: true,
  brand: true,
  status: true,
};

export function readOrder(text: string): OrderDocument {
  const order = JSON.parse(text) as Order;
  const exact = parseExactly(text) as Record<string, Json>;
  const unknown = [
    ...unknownIn(exact, orderFields, ''),
    ...unknownIn(exact['delivery'], deliveryFields, 'delivery.'),
    ...unknownIn(exact['payment'], paymentFields, 'payment.'),
    ...(exact['items'] as Json[]).flatMap((item, index) => unknownIn(item, itemFields, `items[${index}].`)),
  ];
  return { order, unknown, text, exact };
}

function unknownIn(value: Json | undefined, known: object, prefix: string): UnknownField[] {
  return Object.entries(value as Record<string, Json>)
    .filter(([key]) => !Object.hasOwn(known, key))
    .map(([key, value]) => ({ path: prefix + key, value }));
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** Browsers without the source text (before 2025) show the number as they read it. */
export function parseExactly(text: string): Json {
  const reviver: Reviver = (_key, value, context) =>
    typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
  return JSON.parse(text, reviver) as Json;
}
