/**
 * A stage for a fault: a topic, a database, a ledger, and services as processes of their own. Kafka and PostgreSQL
 * are those of all tests, unless the test brings its own to break them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createRandom, generateOrder } from '../../src/core/generate.ts';
import { corruptions } from '../../src/core/spoil.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { createDatabase, kafkaBrokers, uniqueName } from '../support/cluster.ts';
import { startService, type RunningService, type ServiceSettings } from '../support/service.ts';
import { audit } from './audit.ts';
import { committedOffsets } from './group-offsets.ts';
import { Ledger, type LedgerRecord } from './ledger.ts';

const stallMs = 90_000;

export interface StageOptions {
  brokers?: string[];
  /** An empty database. */
  databaseUrl?: string;
  /** An existing one; without it a new one is made. */
  topic?: string;
  partitions?: number;
}

export interface Stage {
  brokers: string[];
  topic: string;
  databaseUrl: string;
  ledger: Ledger;
  /** Starts a service; resolves when it is ready. */
  serve(settings?: Partial<ServiceSettings>): Promise<RunningService>;
  /**
   * Resolves when all that was acknowledged is behind the fence and behind the committed offsets, however long that
   * takes. Rejects when nothing moves for a minute and a half.
   */
  settled(): Promise<void>;
  /** What `audit` finds, over HTTP at the instances that are given. */
  damages(...services: RunningService[]): Promise<string[]>;
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** A number that any change of the data changes. */
  checksum(): Promise<string>;
  /** Kills what still runs, and removes the database. */
  close(): Promise<void>;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const brokers = options.brokers ?? kafkaBrokers;
  const partitions = options.partitions ?? 3;
  const topic = options.topic ?? uniqueName('faults');
  const database =
    options.databaseUrl === undefined
      ? await createDatabase()
      : { url: options.databaseUrl, drop: async () => {} };
  await ensureTopic(brokers, topic, partitions);
  const ledger = new Ledger(brokers, topic);
  const services: RunningService[] = [];

  const sql = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: database.url, query_timeout: 30_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  };

  /** How far all partitions have come, and whether that is the end. */
  const progress = async () => {
    const rows = await sql<{ partition: number; next_offset: string }>(
      `SELECT partition, max(next_offset) AS next_offset FROM applied_offsets WHERE topic = $1
       GROUP BY partition, topic_id`,
      [topic],
    );
    const committed = await committedOffsets(brokers, topic, topic);
    const settled = [...ledger.end].every(
      ([partition, end]) =>
        rows.some((row) => row.partition === partition && BigInt(row.next_offset) >= end) &&
        (committed.get(partition) ?? -1n) >= end,
    );
    return { settled, state: JSON.stringify([rows, [...committed].map(String)]) };
  };

  return {
    brokers,
    topic,
    databaseUrl: database.url,
    ledger,
    async serve(settings = {}) {
      const service = await startService({ brokers, databaseUrl: database.url, topic, ...settings });
      services.push(service);
      return service;
    },
    async settled() {
      let last = '';
      let movedAt = performance.now();
      for (;;) {
        const { settled, state } = await progress().catch(() => ({ settled: false, state: last }));
        if (settled) return;
        if (state !== last) movedAt = performance.now();
        last = state;
        if (performance.now() - movedAt > stallMs) throw new Error(`nothing moves any more: ${state}`);
        await delay(100);
      }
    },
    damages: (...of) => audit(ledger, { databaseUrl: database.url, urls: of.map(({ url }) => url) }),
    sql,
    async checksum() {
      const digest = (table: string, order: string) =>
        `(SELECT md5(string_agg(md5(t::text), '' ORDER BY ${order})) FROM ${table} t)`;
      const [row] = await sql<{ sum: string }>(
        `SELECT concat_ws(' ', ${digest('orders', 'order_uid')}, ${digest('order_items', 'order_uid, position')},
                               ${digest('dead_letters', 'id')}) AS sum`,
      );
      return row!.sum;
    },
    async close() {
      await Promise.all(services.map((service) => service.kill()));
      await ledger.close();
      await database.drop();
    },
  };
}

/** `count` orders of the row that `seed` stands for, one bad record among every `badEvery`. */
export function load(seed: number, count: number, badEvery = 100, first = 0): LedgerRecord[] {
  return Array.from({ length: count }, (_, place): LedgerRecord => {
    const index = first + place;
    const order = generateOrder(seed, index);
    if (index % badEvery === badEvery - 1) {
      const corruption = corruptions[Math.floor(index / badEvery) % corruptions.length]!;
      return { bad: corruption.spoil(order, createRandom(seed, index)) };
    }
    return { order_uid: order.order_uid, document: JSON.stringify(order) };
  });
}

/** The same orders as another version. */
export function newerVersion(records: LedgerRecord[], version: number): LedgerRecord[] {
  return records.flatMap((record) => {
    if ('bad' in record) return [];
    const order = JSON.parse(record.document) as Record<string, unknown>;
    return [{ order_uid: record.order_uid, document: JSON.stringify({ ...order, sm_id: version }) }];
  });
}
