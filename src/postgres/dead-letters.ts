/** Reading the dead letters. */
import type pg from 'pg';
import type { DeadLetter, DeadLetterSummary } from '../core/dead-letter.ts';

export interface DeadLetterFilter {
  limit: number;
  /** Only those with a smaller id: the page after one that ended with it. */
  before?: string | undefined;
  code?: string | undefined;
}

/** The newest first. Throws when the database does not answer. */
export async function listDeadLetters(
  pool: pg.Pool,
  { limit, before, code }: DeadLetterFilter,
): Promise<DeadLetterSummary[]> {
  const { rows } = await pool.query<DeadLetterSummary>(
    `SELECT id, topic, partition, "offset", code, reason, created_at FROM dead_letters
     WHERE ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR code = $3)
     ORDER BY id DESC LIMIT $1`,
    [limit, before ?? null, code ?? null],
  );
  return rows;
}

/** One with its bytes, headers and errors. Throws when the database does not answer. */
export async function findDeadLetter(pool: pg.Pool, id: string): Promise<DeadLetter | undefined> {
  const { rows } = await pool.query<DeadLetter>(
    `SELECT id, topic, partition, "offset", code, reason, created_at, record_timestamp, key, value, headers, errors
     FROM dead_letters WHERE id = $1`,
    [id],
  );
  return rows[0];
}
