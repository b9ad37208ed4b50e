/** The store on a migrated database of its own. */
import type pg from 'pg';
import { migrate } from '../../src/postgres/migrate.ts';
import { PostgresOrderReader } from '../../src/postgres/order-reader.ts';
import { PostgresOrderStore } from '../../src/postgres/order-store.ts';
import { OrderWriter } from '../../src/postgres/order-writer.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { createDatabase } from './cluster.ts';

export interface TestStore {
  store: PostgresOrderStore;
  reader: PostgresOrderReader;
  url: string;
  /** Runs one statement and returns its rows. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** `url` names an empty database; without it one is made in the shared server. */
export async function createStore(url?: string): Promise<TestStore> {
  const database = url === undefined ? await createDatabase() : { url, drop: async () => {} };
  const options = { url: database.url, timeoutMs: 10_000, onError: () => {} };
  const writer = createPool({ ...options, max: 2 });
  const reader = createPool({ ...options, max: 4 });
  await migrate(writer);
  return {
    store: new PostgresOrderStore({ writer, reader, orders: new OrderWriter('test') }),
    reader: new PostgresOrderReader(reader),
    url: database.url,
    async sql<T extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await reader.query<T>(text, values)).rows;
    },
    async close() {
      await Promise.all([writer.end(), reader.end()]);
      await database.drop();
    },
  };
}
