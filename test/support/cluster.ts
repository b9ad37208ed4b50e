/** The Kafka and the PostgreSQL that `global-setup.ts` started, and what a test file makes of its own in them. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

function given(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the tests with \`make test\`, or \`make test FILES=…\``);
  return value;
}

export const kafkaBrokers: string[] = given('TEST_KAFKA_BROKERS').split(',');

const serverUrl = given('TEST_DATABASE_URL');

/** A name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** An empty database. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = uniqueName('test');
  await asAdmin((client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => asAdmin((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

async function asAdmin(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
