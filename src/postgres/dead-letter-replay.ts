/**
 * One replay, within a transaction.
 *
 * The row of the dead letter is locked first, so that of two replays the second sees what the first has done. The order
 * is stored as the version that the record was: a newer one that has arrived since stays (I6).
 * I5: what the database refuses is an attempt that failed; any other fault is an error, and no attempt.
 */
import type pg from 'pg';
import type {
  AttemptOutcome,
  DeadLetterStatus,
  ReplayOutcome,
  ReplayRequest,
  ReplayResult,
} from '../core/dead-letter.ts';
import type { Rejection } from '../core/decode.ts';
import { isOrder, isSuperseded, type OrderEntry, type SourceRecord } from '../core/record.ts';
import { DataFault, refusal } from '../core/store.ts';
import { fromHeaders, type HeaderJson } from './dead-letter-rows.ts';
import { send } from './copy-query.ts';
import { asFault } from './faults.ts';
import { lockOrders, type OrderWriter } from './order-writer.ts';

interface Verdict {
  outcome: AttemptOutcome;
  orderUid?: string | undefined;
  rejection?: Rejection;
}

/** Judges a dead letter and stores its order, in the transaction of `client`. Throws the database's error. */
export async function replayDeadLetter(
  client: pg.ClientBase,
  orders: OrderWriter,
  id: string,
  { value, dryRun, judge }: ReplayRequest,
): Promise<ReplayResult> {
  const letter = await lock(client, id);
  if (!letter) return toResult(id, 0, { outcome: 'not_found' });
  const { status, attempts, record } = letter;
  if (status !== 'open') {
    return toResult(id, attempts, {
      outcome: `already_${status}`,
      orderUid: await orderUidOf(client, id, attempts),
    });
  }
  const entry = judge({ ...record, value: value ?? record.value });
  const verdict: Verdict = isOrder(entry)
    ? await storeOrder(client, orders, entry, dryRun)
    : { outcome: 'invalid', rejection: entry.rejection };
  if (dryRun) return toResult(id, attempts, verdict);
  await keepAttempt(client, id, attempts + 1, verdict, value ?? null);
  return toResult(id, attempts + 1, verdict);
}

interface Locked {
  status: DeadLetterStatus;
  attempts: number;
  record: SourceRecord;
}

async function lock(client: pg.ClientBase, id: string): Promise<Locked | undefined> {
  const { rows } = await client.query<LockedRow>(
    `SELECT topic, topic_id, partition, "offset", record_timestamp, key, value, headers, status, attempts
     FROM dead_letters WHERE id = $1 FOR UPDATE`,
    [id],
  );
  const [row] = rows;
  return (
    row && {
      status: row.status,
      attempts: row.attempts,
      record: {
        topic: row.topic,
        topicId: row.topic_id,
        partition: row.partition,
        offset: BigInt(row.offset),
        timestamp: BigInt(row.record_timestamp.getTime()),
        key: row.key,
        value: row.value,
        headers: fromHeaders(row.headers),
      },
    }
  );
}

interface LockedRow {
  topic: string;
  topic_id: string;
  partition: number;
  offset: string;
  record_timestamp: Date;
  key: Buffer | null;
  value: Buffer | null;
  headers: HeaderJson[];
  status: DeadLetterStatus;
  attempts: number;
}

/** A statement of its own: one that waited for the lock would not see the attempt that it waited for. */
async function orderUidOf(client: pg.ClientBase, id: string, attempt: number): Promise<string | undefined> {
  const { rows } = await client.query<{ order_uid: string }>(
    'SELECT order_uid FROM dead_letter_attempts WHERE dead_letter_id = $1 AND attempt = $2',
    [id, attempt],
  );
  return rows[0]?.order_uid;
}

async function storeOrder(
  client: pg.ClientBase,
  orders: OrderWriter,
  entry: OrderEntry,
  dryRun: boolean,
): Promise<Verdict> {
  const orderUid = entry.order.order_uid;
  // What the database refuses ends the transaction; with a savepoint the attempt can still be noted in it.
  await client.query('SAVEPOINT before_order');
  try {
    const known = (await lockOrders(client, [entry])).get(orderUid);
    if (known && isSuperseded(entry.record, known)) return { outcome: 'superseded', orderUid };
    for (const statement of orders.write([entry], known ? [orderUid] : [])) await send(client, statement);
    if (dryRun) await client.query('ROLLBACK TO SAVEPOINT before_order');
    return { outcome: 'replayed', orderUid };
  } catch (error) {
    const fault = asFault(error);
    if (!(fault instanceof DataFault)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before_order');
    return { outcome: 'invalid', rejection: refusal(fault) };
  }
}

async function keepAttempt(
  client: pg.ClientBase,
  id: string,
  attempt: number,
  { outcome, orderUid, rejection }: Verdict,
  correctedValue: Buffer | null,
): Promise<void> {
  await client.query(
    `INSERT INTO dead_letter_attempts
       (dead_letter_id, attempt, outcome, order_uid, code, reason, errors, corrected_value)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      attempt,
      outcome,
      orderUid ?? null,
      rejection?.code ?? null,
      rejection?.reason ?? null,
      JSON.stringify(rejection?.errors ?? []),
      correctedValue,
    ],
  );
  await client.query(
    `UPDATE dead_letters SET attempts = $2, last_attempt_at = now(), status = $3 WHERE id = $1`,
    [id, attempt, outcome === 'invalid' ? 'open' : outcome],
  );
}

function toResult(
  id: string,
  attempts: number,
  { outcome, orderUid, rejection }: Omit<Verdict, 'outcome'> & { outcome: ReplayOutcome },
): ReplayResult {
  return {
    id,
    outcome,
    attempts,
    order_uid: orderUid ?? null,
    code: rejection?.code ?? null,
    reason: rejection?.reason ?? null,
    errors: rejection?.errors ?? [],
  };
}
