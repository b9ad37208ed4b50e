/** An order as lists and the live feed show it: nothing of the person but the id. */
import { Type, type Static } from 'typebox';
import type { OrderCursor, OrderSummary as StoredSummary } from '../core/store.ts';
import { Problem } from './problem.ts';

export const OrderSummary = Type.Object({
  order_uid: Type.String(),
  track_number: Type.String(),
  customer_id: Type.String(),
  date_created: Type.String({ description: 'RFC 3339 in UTC' }),
  amount: Type.Integer(),
  currency: Type.String(),
  items: Type.Integer({ description: 'how many' }),
  received_at: Type.String({ description: 'RFC 3339 in UTC, to the microsecond' }),
});

export function toSummary({ receivedAt, ...order }: StoredSummary): Static<typeof OrderSummary> {
  return { ...order, received_at: toRfc3339(receivedAt) };
}

/** The place of an order in the list, as text for a client to give back. */
export function cursorOf({ receivedAt, order_uid }: OrderCursor): string {
  return `${receivedAt}.${order_uid}`;
}

/** The cursor that `cursorOf` has written; `name` is what the client calls it. */
export function parseCursor(cursor: string, name: string): OrderCursor {
  const match = /^(\d{1,17})\.([A-Za-z0-9_-]{1,64})$/.exec(cursor);
  if (!match) throw new Problem('invalid_request', `${name} is not one that this service has given.`);
  return { receivedAt: BigInt(match[1]!), order_uid: match[2]! };
}

function toRfc3339(micros: bigint): string {
  const second = new Date(Number(micros / 1_000_000n) * 1_000).toISOString().slice(0, 19);
  return `${second}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
}
