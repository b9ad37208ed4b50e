/**
 * Orders in PostgreSQL. A batch is one transaction:
 *
 * I3: the rows of `applied_offsets` are the fence. The transaction locks those of its partitions, skips every
 * record below, and moves them. So a record that is delivered again changes nothing, and a consumer that has lost
 * its partition finds the fence moved and writes nothing old.
 * I4: each record ends as an order, a dead letter, or skipped, in the same transaction.
 */
import type pg from 'pg';
import { isOrder, type Entry, type OrderEntry } from '../core/record.ts';
import { passFence, settle, type KnownOrder } from '../core/settle.ts';
import type { Applied, OrderListing, OrderStore, OrderSummary, StoredOrder } from '../core/store.ts';
import { insertDeadLetters } from './dead-letter-rows.ts';
import { asFault } from './faults.ts';
import { notifyChanged } from './change-listener.ts';
import { listOrders } from './order-list.ts';
import { insertOrders, type ReceivedOrder } from './order-rows.ts';
import { transaction } from './pool.ts';

export interface OrderStoreOptions {
  /** For batches; as many connections as transactions run at once. */
  writer: pg.Pool;
  /** For reads, so that they never wait for batches. */
  reader: pg.Pool;
  /** Tells this instance's notifications from those of the others. */
  instanceId: string;
}

export class PostgresOrderStore implements OrderStore {
  readonly #writer: pg.Pool;
  readonly #reader: pg.Pool;
  readonly #instanceId: string;
  #lastReceivedAt = 0n;

  constructor({ writer, reader, instanceId }: OrderStoreOptions) {
    this.#writer = writer;
    this.#reader = reader;
    this.#instanceId = instanceId;
  }

  async apply(batch: Entry[]): Promise<Applied> {
    try {
      return await transaction(this.#writer, (client) => this.#store(client, batch));
    } catch (error) {
      throw asFault(error);
    }
  }

  async #store(client: pg.ClientBase, batch: Entry[]): Promise<Applied> {
    const { topicId } = batch[0]!.record;
    const fence = await lockFence(client, batch);
    const passed = passFence(batch, fence);
    const fresh = batch.filter((_, index) => passed[index]).filter(isOrder);
    const known = await lockOrders(client, fresh);
    const { outcomes, write, replaced, deadLetters } = settle(batch, passed, known);
    if (replaced.length > 0) await deleteOrders(client, replaced);
    if (write.length > 0) await insertOrders(client, this.#receive(write));
    if (deadLetters.length > 0) await insertDeadLetters(client, deadLetters);
    if (passed.includes(true)) await moveFence(client, topicId, fence);
    if (replaced.length > 0) await notifyChanged(client, this.#instanceId, replaced);
    return { outcomes, next: { topicId, offsets: fence } };
  }

  async find(orderUid: string): Promise<StoredOrder | undefined> {
    const { rows } = await this.#reader.query<{ order_uid: string; document: string }>({
      name: 'find-order',
      text: 'SELECT order_uid, document FROM orders WHERE order_uid = $1',
      values: [orderUid],
    });
    return rows.map(toStored)[0];
  }

  async newest(limit: number): Promise<StoredOrder[]> {
    const { rows } = await this.#reader.query<{ order_uid: string; document: string }>(
      'SELECT order_uid, document FROM orders ORDER BY received_at DESC, order_uid DESC LIMIT $1',
      [limit],
    );
    return rows.map(toStored);
  }

  list(listing: OrderListing): Promise<OrderSummary[]> {
    return listOrders(this.#reader, listing);
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

/** Locks the fence of the partitions of `batch`, and returns the next offset to apply of each. */
async function lockFence(client: pg.ClientBase, batch: Entry[]): Promise<Map<number, bigint>> {
  const { topic, topicId } = batch[0]!.record;
  const partitions = [...new Set(batch.map(({ record }) => record.partition))];
  const lock = async () => {
    const { rows } = await client.query<{ partition: number; next_offset: string }>({
      name: 'lock-fence',
      text: `SELECT partition, next_offset FROM applied_offsets
             WHERE topic_id = $1 AND partition = ANY($2::int[]) ORDER BY partition FOR UPDATE`,
      values: [topicId, partitions],
    });
    return new Map(rows.map(({ partition, next_offset }) => [partition, BigInt(next_offset)]));
  };
  const fence = await lock();
  if (fence.size === partitions.length) return fence;
  await client.query(
    `INSERT INTO applied_offsets (topic_id, partition, next_offset, topic)
     SELECT $1, partition, 0, $3 FROM unnest($2::int[]) AS partition ORDER BY partition ON CONFLICT DO NOTHING`,
    [topicId, partitions, topic],
  );
  return lock();
}

async function moveFence(client: pg.ClientBase, topicId: string, fence: Map<number, bigint>): Promise<void> {
  await client.query({
    name: 'move-fence',
    text: `UPDATE applied_offsets SET next_offset = moved.next_offset
           FROM unnest($2::int[], $3::bigint[]) AS moved (partition, next_offset)
           WHERE topic_id = $1 AND applied_offsets.partition = moved.partition`,
    values: [topicId, [...fence.keys()], [...fence.values()].map(String)],
  });
}

/** Locks those of the orders that are stored, and returns their versions. */
async function lockOrders(client: pg.ClientBase, entries: OrderEntry[]): Promise<Map<string, KnownOrder>> {
  if (entries.length === 0) return new Map();
  const { rows } = await client.query<KnownRow>({
    name: 'lock-orders',
    text: `SELECT order_uid, document, kafka_partition, kafka_offset,
                  (extract(epoch FROM kafka_timestamp) * 1000)::bigint AS kafka_timestamp
           FROM orders WHERE order_uid = ANY($1::text[]) ORDER BY order_uid FOR UPDATE`,
    values: [entries.map(({ order }) => order.order_uid)],
  });
  return new Map(
    rows.map((row) => [
      row.order_uid,
      {
        document: Buffer.from(row.document),
        partition: row.kafka_partition,
        offset: BigInt(row.kafka_offset),
        timestamp: BigInt(row.kafka_timestamp),
      },
    ]),
  );
}

interface KnownRow {
  order_uid: string;
  document: string;
  kafka_partition: number;
  kafka_offset: string;
  kafka_timestamp: string;
}

/** An order that has changed is deleted and inserted anew: its items that are gone go with it. */
async function deleteOrders(client: pg.ClientBase, orderUids: string[]): Promise<void> {
  for (const table of ['order_items', 'orders']) {
    await client.query({
      name: `delete-${table}`,
      text: `DELETE FROM ${table} WHERE order_uid = ANY($1::text[])`,
      values: [orderUids],
    });
  }
}

function toStored({ order_uid, document }: { order_uid: string; document: string }): StoredOrder {
  return { order_uid, document: Buffer.from(document) };
}
