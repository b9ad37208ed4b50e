/**
 * PostgreSQL fails in each of its ways while orders come in and readers ask.
 *
 * I5: no fault of it makes a dead letter, and consuming goes on by itself. Readers: what is cached goes on being
 * served, what is not is a 503 with Retry-After, never a 404.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '../../src/postgres/migrate.ts';
import { createPool } from '../../src/postgres/pool.ts';
import type { RunningService } from '../support/service.ts';
import { until } from '../support/wait.ts';
import { handled } from './metrics.ts';
import { assertFlat, readyz, startReaders, type Readers } from './readers.ts';
import { scale } from './scale.ts';
import { startFaultyPostgres, type FaultyPostgres } from './servers.ts';
import { load, openStage, type Stage } from './stage.ts';

/** More than come in while a reader asks for all that it expects in memory. */
const capacity = scale.orders * 2;

/** What the project promises, and what a machine that does other things besides may add to it. */
const truthMs = 5_000 + 2_000;
const recoveryMs = 10_000 + 5_000;

/** Who reads and writes rows and may do nothing else: a superuser would have every grant. */
const role = 'order_service';

/** Migrates a database, and returns its address for the role, which is made. */
async function migratedFor(role: string, databaseUrl: string): Promise<string> {
  const pool = createPool({ url: databaseUrl, max: 1, timeoutMs: 30_000, onError: () => {} });
  try {
    await migrate(pool);
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
  } finally {
    await pool.end();
  }
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = role;
  return url.href;
}

describe('PostgreSQL', () => {
  let postgres: FaultyPostgres;
  let stage: Stage;
  let service: RunningService;
  let readers: Readers;
  let next = 0;

  /** Sends another part of the load, bad records among it. */
  const send = (count: number) => stage.ledger.send(load(3, count, 100, (next += count) - count));

  before(async () => {
    postgres = await startFaultyPostgres();
    stage = await openStage({ databaseUrl: postgres.url });
    service = await stage.serve({
      databaseUrl: await migratedFor(role, postgres.url),
      env: { CACHE_CAPACITY: String(capacity), BATCH_MAX_RECORDS: '200' },
    });
    await send(capacity + 5_000);
    await stage.settled();
    readers = startReaders(service.url);
  });

  /**
   * Those received last are asked for so often that they stay in memory, the oldest have left it. They are asked for
   * once before: what a batch stored whose COMMIT had no answer is in memory only when it has been read.
   */
  beforeEach(async () => {
    const uids = [...stage.ledger.orders.keys()];
    const cached = uids.slice(-20);
    for (const uid of cached) {
      await until(`${uid} is in memory`, async () => {
        const { headers } = await fetch(`${service.url}/order/order?order_uid=${uid}`);
        return headers.get('cache-status')?.includes('; hit');
      });
    }
    readers.cached = cached;
    readers.uncached = uids.slice(0, 4_000);
  });

  after(async () => {
    await readers.stop();
    await stage.close();
    await postgres.remove();
  });

  const untilTold = async (part: string) => {
    const start = performance.now();
    await until(`/readyz names the ${part}`, async () => {
      const { ready, parts } = await readyz(service.url);
      return !ready && parts[part] !== 'ok';
    });
    const tookMs = performance.now() - start;
    assert.ok(tookMs < truthMs, `/readyz told it after ${tookMs} ms`);
  };

  const untilWhole = async (t: { diagnostic(message: string): void }) => {
    const start = performance.now();
    await until('/readyz says ready', async () => (await readyz(service.url)).ready, 60_000);
    const tookMs = performance.now() - start;
    t.diagnostic(`ready again after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < recoveryMs, `ready again after ${tookMs} ms`);
    await stage.settled();
    assert.deepEqual(await stage.damages(service), []);
    assert.ok((await handled(service.url)) >= stage.ledger.acknowledged, 'each record has an outcome');
    assert.deepEqual(readers.answers.wrong.splice(0), []);
  };

  const joins = () => service.log().split('joined the consumer group').length - 1;

  test(`is down for ${scale.postgresDownMs / 1_000} s (immediate)`, async (t) => {
    const stored = async () =>
      Number((await stage.sql<{ n: string }>('SELECT count(*) AS n FROM orders'))[0]!.n);
    const atFirst = await stored();
    const sending = send(scale.orders);
    await until('some are stored', async () => (await stored()) > atFirst + 500);
    const before = readers.answers.uncached.get(503) ?? 0;
    await postgres.kill();
    await untilTold('database');
    await delay(scale.postgresDownMs);
    assert.ok((readers.answers.uncached.get(503) ?? 0) > before, 'readers met the fault');
    await postgres.start();
    await untilWhole(t);
    await sending;
  });

  test(`its backends are terminated ${scale.terminations} times under load`, async (t) => {
    const sending = send(scale.orders);
    for (let round = 0; round < scale.terminations; round++) {
      await stage.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-service'`,
      );
      await delay(100);
    }
    await sending;
    await untilWhole(t);
  });

  test(`is hung for ${scale.postgresHungMs / 1_000} s: heartbeats go on, no rebalance`, async (t) => {
    const joinsBefore = joins();
    const sending = send(scale.orders);
    await postgres.hang();
    await untilTold('database');
    await delay(scale.postgresHungMs);
    const { parts } = await readyz(service.url);
    assert.equal(parts['kafka'], 'ok');
    await postgres.wake();
    await sending;
    await untilWhole(t);
    assert.equal(joins(), joinsBefore);
  });

  for (const [what, breakIt, mendIt, sqlState] of [
    [
      'a column is missing',
      'ALTER TABLE order_items RENAME COLUMN brand TO brand_gone',
      'ALTER TABLE order_items RENAME COLUMN brand_gone TO brand',
      '42703',
    ],
    [
      'a table is missing',
      'ALTER TABLE dead_letters RENAME TO dead_letters_gone',
      'ALTER TABLE dead_letters_gone RENAME TO dead_letters',
      '42P01',
    ],
    [
      'a grant is missing',
      `REVOKE INSERT ON orders FROM ${role}`,
      `GRANT INSERT ON orders TO ${role}`,
      '42501',
    ],
  ] as const) {
    test(`I5: ${what}: it pauses, tells, resumes; no dead letter comes of it`, async (t) => {
      await stage.sql(breakIt);
      const told = service.log().split(sqlState).length;
      const sending = send(500);
      await until(`the log names ${sqlState} twice`, () => service.log().split(sqlState).length > told + 1);
      await stage.sql(mendIt);
      await sending;
      await untilWhole(t);
    });
  }

  test('and after all that memory is as it was', async (t) => {
    assertFlat(readers.answers, t);
  });
});
