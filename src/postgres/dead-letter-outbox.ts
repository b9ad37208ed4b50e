/**
 * The table of dead letters as what is to be published, and as what is to be removed.
 *
 * One instance publishes at a time: it holds an advisory lock for the length of a transaction. That locks no row, so it
 * holds up nobody while the broker takes its time, and it ends with the connection of an instance that died.
 */
import type pg from 'pg';
import type { DeadLetterOutbox, Publication } from '../core/dead-letter-publisher.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import { fromHeaders, type HeaderJson } from './dead-letter-rows.ts';
import { transaction } from './transaction.ts';

/** An arbitrary number that all instances agree on. */
const advisoryLock = 7_236_501_423;

const maxLetters = 200;
/** Of values in one go; a single larger one goes alone. */
const maxBytes = 4 * 1024 * 1024;

export class PostgresDeadLetterOutbox implements DeadLetterOutbox {
  readonly #pool: pg.Pool;

  /** The transactions of `pool` must be allowed to wait for the broker. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async next(publish: (letters: DeadLetter[]) => Promise<Publication>): Promise<Publication | undefined> {
    return transaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        advisoryLock,
      ]);
      if (!rows[0]?.mine) return undefined;
      const letters = await oldestUnpublished(client);
      if (letters.length === 0) return undefined;
      const publication = await publish(letters);
      await note(client, publication);
      return publication;
    });
  }
}

async function oldestUnpublished(client: pg.ClientBase): Promise<DeadLetter[]> {
  const { rows } = await client.query<Omit<DeadLetter, 'headers'> & { headers: HeaderJson[] }>(
    `SELECT id, topic, partition, "offset", code, reason, status, attempts, last_attempt_at, record_timestamp,
            created_at, key, value, headers, errors, published_at, publish_error
     FROM (
       SELECT *, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id)
       FROM (
         SELECT * FROM dead_letters WHERE published_at IS NULL AND publish_error IS NULL ORDER BY id LIMIT $1
       ) AS oldest
     ) AS counted
     WHERE bytes <= $2 OR row_number = 1 ORDER BY id`,
    [maxLetters, maxBytes],
  );
  return rows.map((row) => ({ ...row, headers: fromHeaders(row.headers) }));
}

async function note(client: pg.ClientBase, { published, refused }: Publication): Promise<void> {
  if (published.length > 0) {
    await client.query('UPDATE dead_letters SET published_at = now() WHERE id = ANY($1::bigint[])', [
      published,
    ]);
  }
  if (refused.length > 0) {
    await client.query(
      `UPDATE dead_letters SET publish_error = refused.reason
       FROM unnest($1::bigint[], $2::text[]) AS refused (id, reason) WHERE dead_letters.id = refused.id`,
      [refused.map(({ id }) => id), refused.map(({ reason }) => reason)],
    );
  }
}

export interface Removal {
  olderThanDays: number;
  /** Spares those that are still to be published. */
  publishing: boolean;
  limit: number;
}

/** Removes old dead letters with their attempts, and resolves with how many. Throws when the database does not answer. */
export async function removeDeadLetters(
  pool: pg.Pool,
  { olderThanDays, publishing, limit }: Removal,
): Promise<number> {
  // Those that are being replayed are left for the next time.
  const { rowCount } = await pool.query(
    `DELETE FROM dead_letters WHERE id IN (
       SELECT id FROM dead_letters
       WHERE created_at < now() - $1 * interval '1 day'
         AND NOT ($2 AND published_at IS NULL AND publish_error IS NULL)
       ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED
     )`,
    [olderThanDays, publishing, limit],
  );
  return rowCount ?? 0;
}
