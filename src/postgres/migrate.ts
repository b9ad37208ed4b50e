/** Brings the schema of the database to what this version needs. */
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { transaction } from './transaction.ts';

const folder = new URL('../../migrations/', import.meta.url);

/** An arbitrary number that all instances agree on: only one migrates at a time. */
const advisoryLock = 7_236_501_422;

/** The database is not one that the service can work with; the message says what to change. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/**
 * Applies the migrations that are missing, each in a transaction of its own, and returns their names. Safe to run
 * from several instances at once.
 *
 * @throws {SchemaError} PostgreSQL is older than 15, not in UTF-8, or has migrations that this version does not know
 */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  await transaction(pool, async (client) => {
    await lock(client);
    await checkServer(client);
    // Looked at first: who may only read and write rows can serve a database that is up to date.
    const { rows } = await client.query<{ exists: boolean }>(
      `SELECT to_regclass('schema_migrations') IS NOT NULL AS exists`,
    );
    if (!rows[0]?.exists) {
      await client.query(
        'CREATE TABLE schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
      );
    }
    await checkKnown(client, files);
  });
  const applied: string[] = [];
  for (const name of files) {
    if (await transaction(pool, (client) => apply(client, name))) applied.push(name);
  }
  return applied;
}

/** The migrations that are missing. Throws when the database does not answer. */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const [table] = (
    await pool.query<{ exists: boolean }>(`SELECT to_regclass('schema_migrations') IS NOT NULL AS exists`)
  ).rows;
  if (!table?.exists) return files;
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM schema_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return files.filter((name) => !applied.has(name));
}

async function apply(client: pg.ClientBase, name: string): Promise<boolean> {
  await lock(client);
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE name = $1', [name]);
  if (rowCount) return false;
  await client.query(await readFile(new URL(name, folder), 'utf8'));
  await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [name]);
  return true;
}

async function lock(client: pg.ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
}

async function checkServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string; number: number; encoding: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            current_setting('server_encoding') AS encoding`,
  );
  const [server] = rows;
  if (!server || server.number < 150_000) {
    throw new SchemaError(
      `PostgreSQL ${server?.version} is too old: DATABASE_URL must name one of version 15 or newer`,
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new SchemaError(
      `the database is encoded in ${server.encoding}: DATABASE_URL must name one created with ENCODING 'UTF8'`,
    );
  }
}

async function checkKnown(client: pg.ClientBase, files: string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name');
  const unknown = rows.map(({ name }) => name).filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new SchemaError(
      `the database has migrations that this version does not know (${unknown.join(', ')}): run a newer version`,
    );
  }
}
