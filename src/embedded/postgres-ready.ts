import { Client } from 'pg';

import { EmbeddedError, errorCode } from './embedded-error.ts';

const timeoutMs = 5000;
const invalidPassword = '28P01';
const unknownDatabase = '3D000';

/** Starting, stopping, or not listening yet. */
const notReady = new Set(['57P03', 'ECONNREFUSED', 'ECONNRESET']);

/**
 * Whether the database of `url` answers a query; it is created when the server has it not yet.
 * Throws an EmbeddedError when the server does not take the password, and whatever else it says.
 */
export async function answersQuery(url: string): Promise<boolean> {
  try {
    await query(url, 'select 1');
    return true;
  } catch (cause) {
    const code = errorCode(cause);
    if (code === unknownDatabase) {
      await createDatabase(url);
      return true;
    }
    if (code === invalidPassword) {
      throw new EmbeddedError(
        'The embedded PostgreSQL does not take the password in its data folder: restore the file, ' +
          'or move the folder away to start with an empty database.',
        { cause },
      );
    }
    // No code: the connection ended or timed out while being made.
    if (code === undefined || notReady.has(code)) return false;
    throw cause;
  }
}

async function createDatabase(url: string): Promise<void> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  await query(server.href, `create database "${name}"`);
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => {
    // The same fault rejects the call under way, which is where it is judged.
  });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
