import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { removeOldDeadLetters } from '../../src/core/dead-letter-retention.ts';
import { removeDeadLetters } from '../../src/postgres/dead-letter-outbox.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { uniqueName } from '../support/cluster.ts';
import { keepDeadLetters } from '../support/dead-letters.ts';
import { startService } from '../support/service.ts';
import { createStore, type TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

let db: TestStore;
let pool: pg.Pool;
before(async () => {
  db = await createStore();
  pool = createPool({ url: db.url, max: 2, timeoutMs: 10_000, onError: () => {} });
});
after(async () => {
  await pool.end();
  await db.close();
});

async function keepSince(days: number, count: number): Promise<string[]> {
  const ids = await keepDeadLetters(
    db,
    Array.from({ length: count }, () => '{'),
  );
  await db.sql(
    `UPDATE dead_letters SET created_at = now() - $2 * interval '1 day' WHERE id = ANY($1::bigint[])`,
    [ids, days],
  );
  return ids;
}

const left = async (ids: string[]) =>
  (
    await db.sql<{ id: string }>('SELECT id FROM dead_letters WHERE id = ANY($1::bigint[]) ORDER BY id', [
      ids,
    ])
  ).map(({ id }) => id);

test('only old ones are removed, with their attempts, the oldest first and a few at a time', async () => {
  const [older, old, young] = [await keepSince(12, 3), await keepSince(10.1, 3), await keepSince(9.9, 3)];
  await db.sql(
    `INSERT INTO dead_letter_attempts (dead_letter_id, attempt, outcome, errors) VALUES ($1, 1, 'invalid', '[]')`,
    [older[0]],
  );
  const remove = (limit: number) => removeDeadLetters(pool, { olderThanDays: 10, publishing: false, limit });
  assert.equal(await remove(3), 3);
  assert.deepEqual(await left([...older, ...old, ...young]), [...old, ...young]);
  assert.equal(await remove(100), 3);
  assert.equal(await remove(100), 0);
  assert.deepEqual(await left([...old, ...young]), young);
  assert.deepEqual(await db.sql('SELECT FROM dead_letter_attempts'), []);
});

test('those that are still to be published are spared', async () => {
  const ids = await keepSince(20, 3);
  await db.sql('UPDATE dead_letters SET published_at = now() WHERE id = $1', [ids[0]]);
  await db.sql(`UPDATE dead_letters SET publish_error = 'too large' WHERE id = $1`, [ids[1]]);
  assert.equal(await removeDeadLetters(pool, { olderThanDays: 10, publishing: true, limit: 100 }), 2);
  assert.deepEqual(await left(ids), [ids[2]]);
  assert.equal(await removeDeadLetters(pool, { olderThanDays: 10, publishing: false, limit: 100 }), 1);
});

test('one that is being replayed does not hold up the others', async () => {
  const ids = await keepSince(20, 3);
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM dead_letters WHERE id = $1 FOR UPDATE', [ids[0]]);
  assert.equal(await removeDeadLetters(pool, { olderThanDays: 10, publishing: false, limit: 100 }), 2);
  await client.query('COMMIT');
  client.release();
  assert.deepEqual(await left(ids), [ids[0]]);
  await db.sql('DELETE FROM dead_letters');
});

test('it goes on until none is left, and ends when told to', async () => {
  const removed: number[] = [];
  const stop = new AbortController();
  let calls = 0;
  await removeOldDeadLetters(
    {
      async remove(limit) {
        calls++;
        if (calls === 3) stop.abort();
        return calls < 3 ? limit : 7;
      },
      onRemoved: (count) => removed.push(count),
      onFault: (error) => assert.fail(String(error)),
    },
    stop.signal,
  );
  assert.deepEqual(removed, [500, 500, 7]);
});

test('the service removes them, and keeps them for ever where nothing is set', async () => {
  const [old, young] = [await keepSince(31, 700), await keepSince(29, 2)];
  const settings = { databaseUrl: db.url, topic: uniqueName('orders'), groupId: randomUUID() };
  const keeping = await startService(settings);
  assert.equal(await keeping.stop(), 0);
  assert.equal((await left(old)).length, 700);
  const service = await startService({ ...settings, env: { DEAD_LETTER_RETENTION_DAYS: '30' } });
  try {
    await until('the old ones are removed', async () => (await left(old)).length === 0);
    assert.deepEqual(await left(young), young);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /orders_dead_letters_removed_total 700\n/);
  } finally {
    assert.equal(await service.stop(), 0);
  }
});
