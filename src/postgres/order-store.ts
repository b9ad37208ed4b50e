/**
 * Orders on their way into PostgreSQL. A batch is one transaction:
 *
 * I3: the rows of `applied_offsets` are the fence. The transaction locks those of its partitions, skips every
 * record below, and moves them. So a record that is delivered again changes nothing, and a consumer that has lost
 * its partition finds the fence moved and writes nothing old.
 * I4: each record ends as an order, a dead letter, or skipped, in the same transaction.
 *
 * It takes two round trips: one asks what is known, the other writes and commits.
 */
import type pg from 'pg';
import { isOrder, type Entry } from '../core/record.ts';
import { findGaps, isBehind, passFence, settle, type Settled } from '../core/settle.ts';
import { DatabaseWentBack, type Applied, type NextOffsets, type OrderStore } from '../core/store.ts';
import type { Statement } from './copy-query.ts';
import { insertDeadLetters } from './dead-letter-rows.ts';
import { asFault, isTimeout } from './faults.ts';
import { lockOrders, type OrderWriter } from './order-writer.ts';
import { endStalled } from './stalled.ts';
import { answers, pipelinedTransaction } from './transaction.ts';

export interface OrderStoreOptions {
  /** For batches; as many connections as transactions run at once. */
  writer: pg.Pool;
  /** For what must not wait for batches. */
  reader: pg.Pool;
  /** Shared by all that store orders in this process. */
  orders: OrderWriter;
}

export class PostgresOrderStore implements OrderStore {
  readonly #writer: pg.Pool;
  readonly #reader: pg.Pool;
  readonly #orders: OrderWriter;

  constructor({ writer, reader, orders }: OrderStoreOptions) {
    this.#writer = writer;
    this.#reader = reader;
    this.#orders = orders;
  }

  async apply(batch: Entry[], reached?: NextOffsets): Promise<Applied> {
    try {
      return await this.#store(batch, reached);
    } catch (error) {
      if (isTimeout(error)) await endStalled(this.#reader, this.#writer).catch(() => {}); // the error that matters is the first
      throw asFault(error);
    }
  }

  async #store(batch: Entry[], reached?: NextOffsets): Promise<Applied> {
    const { topicId } = batch[0]!.record;
    const ask = (client: pg.ClientBase) =>
      answers([lockFence(client, batch), lockOrders(client, batch.filter(isOrder))]);
    return pipelinedTransaction(this.#writer, ask, ([{ fence, known: knownPartitions }, known]) => {
      if (reached?.topicId === topicId && isBehind(fence, reached.offsets)) throw new DatabaseWentBack();
      const gaps = findGaps(batch, knownPartitions);
      const passed = passFence(batch, fence);
      const settled = settle(batch, passed, known);
      return {
        result: { outcomes: settled.outcomes, next: { topicId, offsets: fence }, gaps },
        statements: passed.includes(true) ? this.#write(settled, topicId, fence) : [],
      };
    });
  }

  *#write(
    { write, replaced, deadLetters }: Settled,
    topicId: string,
    fence: Map<number, bigint>,
  ): Generator<Statement> {
    yield* this.#orders.write(write, replaced);
    if (deadLetters.length > 0) yield insertDeadLetters(deadLetters);
    yield moveFence(topicId, fence);
  }

  async fence(topicId: string): Promise<Map<number, bigint>> {
    const { rows } = await this.#reader.query<FenceRow>(
      'SELECT partition, next_offset FROM applied_offsets WHERE topic_id = $1',
      [topicId],
    );
    return toFence(rows);
  }
}

interface FenceRow {
  partition: number;
  next_offset: string;
}

interface Fence {
  /** The next offset to apply of each partition. */
  fence: Map<number, bigint>;
  /** The same without the partitions that nothing was applied of yet. */
  known: Map<number, bigint>;
}

/** Locks the fence of the partitions of `batch`. */
async function lockFence(client: pg.ClientBase, batch: Entry[]): Promise<Fence> {
  const { topic, topicId } = batch[0]!.record;
  const partitions = [...new Set(batch.map(({ record }) => record.partition))];
  const lock = async () => {
    const { rows } = await client.query<FenceRow>({
      name: 'lock-fence',
      text: `SELECT partition, next_offset FROM applied_offsets
             WHERE topic_id = $1 AND partition = ANY($2::int[]) ORDER BY partition FOR UPDATE`,
      values: [topicId, partitions],
    });
    return toFence(rows);
  };
  const known = await lock();
  if (known.size === partitions.length) return { fence: new Map(known), known };
  await client.query(
    `INSERT INTO applied_offsets (topic_id, partition, next_offset, topic)
     SELECT $1, partition, 0, $3 FROM unnest($2::int[]) AS partition ORDER BY partition ON CONFLICT DO NOTHING`,
    [topicId, partitions, topic],
  );
  return { fence: await lock(), known };
}

function moveFence(topicId: string, fence: Map<number, bigint>): Statement {
  return {
    name: 'move-fence',
    text: `UPDATE applied_offsets SET next_offset = moved.next_offset
           FROM unnest($2::int[], $3::bigint[]) AS moved (partition, next_offset)
           WHERE topic_id = $1 AND applied_offsets.partition = moved.partition`,
    values: [topicId, [...fence.keys()], [...fence.values()].map(String)],
  };
}

function toFence(rows: FenceRow[]): Map<number, bigint> {
  return new Map(rows.map(({ partition, next_offset }) => [partition, BigInt(next_offset)]));
}
