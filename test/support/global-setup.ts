/** One real Kafka and one real PostgreSQL for all test files; each file has topics and databases of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../src/embedded/kafka.ts';
import { startPostgres } from '../../src/embedded/postgres.ts';
import type { EmbeddedServer } from '../../src/embedded/server-process.ts';

const servers: EmbeddedServer[] = [];
let folder: string | undefined;

export async function globalSetup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'order-service-test-'));
  const options = {
    port: 0,
    restart: false,
    onProgress: (message: string) => process.stderr.write(`${message}\n`),
  };
  const [kafka, postgres] = await Promise.all([
    startKafka({ ...options, dataDir: join(folder, 'kafka') }),
    startPostgres({ ...options, dataDir: join(folder, 'postgres') }),
  ]);
  servers.push(kafka, postgres);
  process.env['TEST_KAFKA_BROKERS'] = kafka.address;
  process.env['TEST_DATABASE_URL'] = postgres.url;
}

export async function globalTeardown(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  if (folder) await rm(folder, { recursive: true, force: true });
}
