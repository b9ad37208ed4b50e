/** How fast a backlog is stored, and at what price. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { generateOrder } from '../src/core/generate.ts';
import { examine } from '../src/core/record.ts';
import { PostgresOrderStore } from '../src/postgres/order-store.ts';
import { OrderWriter } from '../src/postgres/order-writer.ts';
import { createPool } from '../src/postgres/pool.ts';
import { startService } from './cluster.ts';

export interface Ingested {
  /** Orders per second, from the first look after the service was ready until all are stored. */
  perSecond: number;
  peakMb: number;
}

/** Lets the service take all of `count` records that wait in `topic`. */
export async function measureIngest(settings: {
  brokers: string[];
  topic: string;
  databaseUrl: string;
  count: number;
  nodeArgs?: string[];
  onStart?: () => void;
  onEnd?: () => void;
}): Promise<Ingested> {
  const { topic, databaseUrl, count } = settings;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const applied = async () => {
    const { rows } = await pool.query<{ n: number }>(
      'SELECT coalesce(sum(next_offset), 0)::int AS n FROM applied_offsets WHERE topic = $1',
      [topic],
    );
    return rows[0]!.n;
  };
  const service = await startService(settings, settings.nodeArgs);
  try {
    const before = await applied();
    settings.onStart?.();
    const start = performance.now();
    while ((await applied()) < count) await delay(20);
    const perSecond = (count - before) / ((performance.now() - start) / 1_000);
    settings.onEnd?.();
    return { perSecond, peakMb: await service.peakMb() };
  } finally {
    await service.stop();
    await pool.end();
  }
}

/** The usual way, for comparison: one transaction for each order, one after the other. Orders per second. */
export async function measureOneByOne(databaseUrl: string, count: number): Promise<number> {
  const pool = createPool({ url: databaseUrl, max: 1, timeoutMs: 10_000, onError: () => {} });
  const store = new PostgresOrderStore({ writer: pool, reader: pool, orders: new OrderWriter('bench') });
  const place = { topic: 'one-by-one', topicId: '00000000-0000-4000-8000-000000000001', partition: 0 };
  try {
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const value = Buffer.from(JSON.stringify(generateOrder(99, index)));
      const record = {
        ...place,
        offset: BigInt(index),
        timestamp: BigInt(Date.now()),
        key: null,
        value,
        headers: [],
      };
      await store.apply([examine(record, { checkTotals: false })]);
    }
    return count / ((performance.now() - start) / 1_000);
  } finally {
    await pool.end();
  }
}

/** Fills the tables up to `total` orders, by copies of those that are there under other ids. */
export async function grow(databaseUrl: string, total: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM orders');
    const copies = Math.ceil(total / rows[0]!.n) - 1;
    const fill = async (table: string) => {
      const columns = await pool.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position`,
        [table],
      );
      const names = columns.rows.map(({ name }) => name);
      // A hash, so that the new keys lie among the old ones as those of real orders do.
      const values = names.map((name) =>
        name === 'order_uid' ? `md5(order_uid || copy || '${total}') || 'grow'` : name,
      );
      await pool.query(
        `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${table}, generate_series(1, $1) AS copy`,
        [copies],
      );
      // As a table that has grown over days is: what the filling left to do must not be counted.
      await pool.query(`VACUUM ANALYZE ${table}`);
    };
    await Promise.all([fill('orders'), fill('order_items')]);
    await pool.query('CHECKPOINT');
  } finally {
    await pool.end();
  }
}
