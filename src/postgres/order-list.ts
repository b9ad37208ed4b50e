/** Lists of orders, page by page, each answered from an index. */
import type pg from 'pg';
import type { OrderCursor, OrderListing, OrderSummary } from '../core/store.ts';

/** The orders that match, newest first. Throws when the database does not answer. */
export async function listOrders(pool: pg.Pool, listing: OrderListing): Promise<OrderSummary[]> {
  const { name, conditions, values } = conditionsOf(listing);
  const { rows } = await pool.query<SummaryRow>({
    // One prepared statement for each combination of what is given: each has a plan of its own.
    name: `list-orders${name}`,
    text: `SELECT order_uid, track_number, customer_id, date_created, payment_amount, payment_currency,
                  (SELECT count(*)::int FROM order_items WHERE order_items.order_uid = orders.order_uid) AS items,
                  (extract(epoch FROM received_at) * 1000000)::bigint AS received_at
           FROM orders ${conditions} ORDER BY orders.received_at DESC, order_uid DESC LIMIT $1`,
    values,
  });
  return rows.map((row) => ({
    order_uid: row.order_uid,
    track_number: row.track_number,
    customer_id: row.customer_id,
    date_created: row.date_created.toISOString(),
    amount: Number(row.payment_amount),
    currency: row.payment_currency,
    items: row.items,
    receivedAt: BigInt(row.received_at),
  }));
}

function conditionsOf({ limit, before, after, track_number, customer_id }: OrderListing) {
  const values: (number | string)[] = [limit];
  const conditions: string[] = [];
  let name = '';
  const place = (value: string) => `$${values.push(value)}`;
  const compare = (operator: '<' | '>', cursor: OrderCursor | undefined) => {
    if (cursor === undefined) return;
    name += operator;
    const time = `to_timestamp(0) + ${place(String(cursor.receivedAt))}::bigint * interval '1 microsecond'`;
    conditions.push(`(orders.received_at, order_uid) ${operator} (${time}, ${place(cursor.order_uid)})`);
  };
  const equal = (column: 'track_number' | 'customer_id', value: string | undefined) => {
    if (value === undefined) return;
    name += ` ${column}`;
    const text = `${place(value)}::text`;
    // The index is on the hash; see 0003_order_search.sql.
    conditions.push(`hashtextextended(${column}, 0) = hashtextextended(${text}, 0) AND ${column} = ${text}`);
  };
  compare('<', before);
  compare('>', after);
  equal('track_number', track_number);
  equal('customer_id', customer_id);
  return { name, values, conditions: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '' };
}

interface SummaryRow {
  order_uid: string;
  track_number: string;
  customer_id: string;
  date_created: Date;
  payment_amount: string;
  payment_currency: string;
  items: number;
  received_at: string;
}
