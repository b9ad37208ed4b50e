/** Orders on their way out of PostgreSQL. */
import type pg from 'pg';
import type { OrderListing, OrderReader, OrderSummary, StoredOrder } from '../core/store.ts';
import { Gather } from './gather.ts';
import { listOrders } from './order-list.ts';

export class PostgresOrderReader implements OrderReader {
  readonly #pool: pg.Pool;
  readonly #found = new Gather<StoredOrder>({
    ask: (orderUids) => this.#find(orderUids),
    atOnce: 2,
    maxKeys: 32,
    patienceMs: 3_000,
  });

  /** `pool` is for reads alone, so that they never wait for batches. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  find(orderUid: string): Promise<StoredOrder | undefined> {
    return this.#found.get(orderUid);
  }

  async #find(orderUids: string[]): Promise<Map<string, StoredOrder>> {
    const { rows } = await this.#pool.query<{ order_uid: string; document: string }>({
      name: 'find-orders',
      text: 'SELECT order_uid, document FROM orders WHERE order_uid = ANY($1::text[])',
      values: [orderUids],
    });
    return new Map(rows.map((row) => [row.order_uid, toStored(row)]));
  }

  async newest(limit: number): Promise<StoredOrder[]> {
    const { rows } = await this.#pool.query<{ order_uid: string; document: string }>(
      'SELECT order_uid, document FROM orders ORDER BY received_at DESC, order_uid DESC LIMIT $1',
      [limit],
    );
    return rows.map(toStored);
  }

  list(listing: OrderListing): Promise<OrderSummary[]> {
    return listOrders(this.#pool, listing);
  }
}

function toStored({ order_uid, document }: { order_uid: string; document: string }): StoredOrder {
  return { order_uid, document: Buffer.from(document) };
}
