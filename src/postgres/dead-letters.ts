/** The table of dead letters: looking at them, finding those that match, and replaying one. */
import type pg from 'pg';
import type {
  DeadLetterAttempt,
  DeadLetterDetails,
  DeadLetterFilter,
  DeadLetterStore,
  DeadLetterSummary,
  ReplayRequest,
  ReplayResult,
} from '../core/dead-letter.ts';
import { fromHeaders, type HeaderJson } from './dead-letter-rows.ts';
import { replayDeadLetter } from './dead-letter-replay.ts';
import { isConflict } from './faults.ts';
import type { OrderWriter } from './order-writer.ts';
import { transaction } from './transaction.ts';

export interface DeadLetterStoreOptions {
  pool: pg.Pool;
  /** Shared by all that store orders in this process. */
  orders: OrderWriter;
}

/** A replay can meet a batch that stores the same new order: the next try sees it. */
const maxTries = 5;

const maxHistory = 100;

const summaryColumns = `id, topic, partition, "offset", code, reason, status, attempts, last_attempt_at,
  record_timestamp, created_at`;

export class PostgresDeadLetterStore implements DeadLetterStore {
  readonly #pool: pg.Pool;
  readonly #orders: OrderWriter;

  constructor({ pool, orders }: DeadLetterStoreOptions) {
    this.#pool = pool;
    this.#orders = orders;
  }

  async list(filter: DeadLetterFilter, limit: number, before?: string): Promise<DeadLetterSummary[]> {
    const { conditions, values } = matching(filter);
    if (before !== undefined) conditions.push(`id < $${values.push(before)}::bigint`);
    const { rows } = await this.#pool.query<DeadLetterSummary>(
      `SELECT ${summaryColumns} FROM dead_letters WHERE ${conditions.join(' AND ')}
       ORDER BY id DESC LIMIT $${values.push(limit)}`,
      values,
    );
    return rows;
  }

  async find(id: string): Promise<DeadLetterDetails | undefined> {
    const { rows } = await this.#pool.query<DetailsRow>(
      `SELECT ${summaryColumns}, key, value, headers, errors, published_at, publish_error,
              (SELECT corrected_value FROM dead_letter_attempts
               WHERE dead_letter_id = id AND corrected_value IS NOT NULL
               ORDER BY attempt DESC LIMIT 1) AS latest_correction
       FROM dead_letters WHERE id = $1`,
      [id],
    );
    const [row] = rows;
    if (!row) return undefined;
    const history = await this.#pool.query<DeadLetterAttempt>(
      `SELECT attempt, at, outcome, order_uid, code, reason, errors, corrected_value IS NOT NULL AS corrected
       FROM dead_letter_attempts WHERE dead_letter_id = $1 ORDER BY attempt DESC LIMIT $2`,
      [id, maxHistory],
    );
    return { ...row, headers: fromHeaders(row.headers), history: history.rows };
  }

  async newestId(): Promise<string> {
    const { rows } = await this.#pool.query<{ id: string }>(
      'SELECT coalesce(max(id), 0) AS id FROM dead_letters',
    );
    return rows[0]!.id;
  }

  async openIds(
    filter: DeadLetterFilter,
    { limit, ...range }: { after: string; upTo: string; limit: number },
  ): Promise<string[]> {
    const { conditions, values } = openBetween(filter, range);
    const { rows } = await this.#pool.query<{ id: string }>(
      `SELECT id FROM dead_letters WHERE ${conditions.join(' AND ')} ORDER BY id LIMIT $${values.push(limit)}`,
      values,
    );
    return rows.map(({ id }) => id);
  }

  async countOpen(filter: DeadLetterFilter, range: { after: string; upTo: string }): Promise<number> {
    const { conditions, values } = openBetween(filter, range);
    const { rows } = await this.#pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM dead_letters WHERE ${conditions.join(' AND ')}`,
      values,
    );
    return rows[0]!.count;
  }

  async replay(id: string, request: ReplayRequest): Promise<ReplayResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transaction(this.#pool, (client) => replayDeadLetter(client, this.#orders, id, request));
      } catch (error) {
        if (attempt === maxTries || !isConflict(error)) throw error;
      }
    }
  }
}

interface DetailsRow extends Omit<DeadLetterDetails, 'headers' | 'history'> {
  headers: HeaderJson[];
}

function openBetween(filter: DeadLetterFilter, { after, upTo }: { after: string; upTo: string }) {
  const { conditions, values } = matching(filter);
  conditions.push(`status = 'open'`);
  conditions.push(`id > $${values.push(after)}::bigint`);
  conditions.push(`id <= $${values.push(upTo)}::bigint`);
  return { conditions, values };
}

function matching(filter: DeadLetterFilter): { conditions: string[]; values: unknown[] } {
  const conditions = ['true'];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  add(filter.code, (code) => `code = ${code}`);
  add(filter.reason, (words) => `position(lower(${words}) IN lower(reason)) > 0`);
  add(filter.status, (status) => `status = ${status}`);
  add(filter.topic, (topic) => `topic = ${topic}`);
  add(filter.partition, (partition) => `partition = ${partition}`);
  add(filter.since, (since) => `created_at >= ${since}`);
  add(filter.until, (until) => `created_at < ${until}`);
  return { conditions, values };
}
