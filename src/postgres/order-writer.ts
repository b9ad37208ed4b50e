/** Storing orders within a transaction: the one way in, for batches from Kafka and for replays of dead letters. */
import type pg from 'pg';
import type { OrderEntry } from '../core/record.ts';
import type { KnownOrder } from '../core/settle.ts';
import { notifyChanged } from './change-listener.ts';
import type { Statement } from './copy-query.ts';
import { insertOrders, type ReceivedOrder } from './order-rows.ts';

/** Locks those of the orders that are stored, and returns their versions. */
export async function lockOrders(
  client: pg.ClientBase,
  entries: OrderEntry[],
): Promise<Map<string, KnownOrder>> {
  if (entries.length === 0) return new Map();
  const { rows } = await client.query<KnownRow>({
    name: 'lock-orders',
    text: `SELECT order_uid, document, kafka_topic_id, kafka_partition, kafka_offset,
                  (extract(epoch FROM kafka_timestamp) * 1000)::bigint AS kafka_timestamp
           FROM orders WHERE order_uid = ANY($1::text[]) ORDER BY order_uid FOR UPDATE`,
    values: [entries.map(({ order }) => order.order_uid)],
  });
  return new Map(
    rows.map((row) => [
      row.order_uid,
      {
        document: Buffer.from(row.document),
        topicId: row.kafka_topic_id,
        partition: row.kafka_partition,
        offset: BigInt(row.kafka_offset),
        timestamp: BigInt(row.kafka_timestamp),
      },
    ]),
  );
}

export class OrderWriter {
  readonly #instanceId: string;
  #lastReceivedAt = 0n;

  /** `instanceId` tells this instance's notifications from those of the others. */
  constructor(instanceId: string) {
    this.#instanceId = instanceId;
  }

  /**
   * The statements that store `entries` and name those that are `replaced` to the other instances. The stored ones
   * among them must be locked and in `replaced`.
   */
  *write(entries: OrderEntry[], replaced: string[]): Generator<Statement> {
    if (replaced.length > 0) yield* deleteOrders(replaced);
    if (entries.length > 0) yield* insertOrders(this.#receive(entries));
    if (replaced.length > 0) yield notifyChanged(this.#instanceId, replaced);
  }

  /**
   * Gives each order a microsecond of its own, in the order of arrival; then sorts them by id, so that two
   * transactions never wait for each other's keys in a circle.
   */
  #receive(entries: OrderEntry[]): ReceivedOrder[] {
    const now = BigInt(Date.now()) * 1000n;
    let receivedAt = now > this.#lastReceivedAt ? now : this.#lastReceivedAt;
    const received = entries.map((entry) => ({ ...entry, receivedAt: ++receivedAt }));
    this.#lastReceivedAt = receivedAt;
    return received.toSorted((a, b) => (a.order.order_uid < b.order.order_uid ? -1 : 1));
  }
}

interface KnownRow {
  order_uid: string;
  document: string;
  kafka_topic_id: string | null;
  kafka_partition: number;
  kafka_offset: string;
  kafka_timestamp: string;
}

/** An order that has changed is deleted and inserted anew: its items that are gone go with it. */
function* deleteOrders(orderUids: string[]): Generator<Statement> {
  for (const table of ['order_items', 'orders']) {
    yield {
      name: `delete-${table}`,
      text: `DELETE FROM ${table} WHERE order_uid = ANY($1::text[])`,
      values: [orderUids],
    };
  }
}
