/** The service as a process of its own, as an operator runs it, with a topic and a database of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { createProducer, type Acknowledged, type OutgoingRecord } from '../../src/kafka/producer.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { createDatabase, kafkaBrokers, uniqueName } from './cluster.ts';
import { until } from './wait.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ServiceSettings {
  brokers?: string[];
  databaseUrl: string;
  topic: string;
  groupId?: string;
  env?: Record<string, string>;
  /** A module that is loaded into each of its threads before all else. */
  preload?: string;
}

export interface RunningService {
  url: string;
  pid: number;
  /** All that it logged so far. */
  log(): string;
  /** Resolves when it has ended, however. */
  ended: Promise<unknown>;
  /** Ends it in order and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts `serve` and resolves when it is ready. Rejects with its log when it ends before. */
export async function startService(settings: ServiceSettings): Promise<RunningService> {
  const preload = settings.preload === undefined ? [] : ['--import', settings.preload];
  const child = spawn(process.execPath, [...preload, main, 'serve'], {
    // Not the folder of the project: a .env that a developer keeps there is not for tests.
    cwd: tmpdir(),
    env: {
      PATH: process.env['PATH'],
      KAFKA_BROKERS: (settings.brokers ?? kafkaBrokers).join(','),
      DATABASE_URL: settings.databaseUrl,
      KAFKA_TOPIC: settings.topic,
      KAFKA_GROUP_ID: settings.groupId ?? settings.topic,
      HTTP_PORT: '0',
      ...settings.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const url = await until('the service is ready', () => {
    const code = child.exitCode ?? child.signalCode;
    if (code !== null) throw new Error(`the service ended with ${code}:\n${log}`);
    return /page +(http:\S+)\/\n/.exec(log)?.[1];
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${(error as Error).message}\n${log}`);
  });
  return {
    url,
    pid: child.pid!,
    log: () => log,
    ended,
    stop: (signal = 'SIGTERM') => end(child, signal),
    async kill() {
      await end(child, 'SIGKILL');
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

/** Sends records and resolves when all are acknowledged. */
export async function send(
  topic: string,
  records: OutgoingRecord[],
  brokers = kafkaBrokers,
): Promise<Acknowledged[]> {
  const producer = createProducer({ brokers, clientId: 'test' });
  try {
    return await producer.send(topic, records);
  } finally {
    await producer.close();
  }
}

/** Resolves when the fence of the database is behind all of `acknowledged`. */
export async function untilApplied(
  databaseUrl: string,
  acknowledged: Acknowledged[],
  timeoutMs?: number,
): Promise<void> {
  const last = new Map<number, bigint>();
  for (const { partition, offset } of acknowledged) {
    if (offset > (last.get(partition) ?? -1n)) last.set(partition, offset);
  }
  const topic = acknowledged[0]!.topic;
  // Its connection may be ended with the database, after it was given back.
  const pool = createPool({ url: databaseUrl, max: 1, timeoutMs: 10_000, onError: () => {} });
  try {
    await until(
      'all records are applied',
      async () => {
        const { rows } = await pool.query<{ partition: number; next_offset: string }>(
          'SELECT partition, next_offset FROM applied_offsets WHERE topic = $1',
          [topic],
        );
        const next = new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
        return [...last].every(([partition, offset]) => (next.get(partition) ?? 0n) > offset);
      },
      timeoutMs,
    );
  } finally {
    await pool.end();
  }
}

export interface TestService extends RunningService {
  databaseUrl: string;
  topic: string;
  /** Sends values (objects as JSON) and resolves when the service has taken them all. */
  produce(values: (string | Buffer | object | null)[]): Promise<void>;
  /** The database of this service alone; only with `ownDatabase`. */
  database: { stop(): Promise<void>; start(): Promise<void> };
  stop(): Promise<number | null>;
}

/** A service with a fresh topic and database; `stop` removes what it made. */
export async function startTestService(
  options: { ownDatabase?: boolean; topic?: string; env?: Record<string, string> } = {},
): Promise<TestService> {
  const { topic = uniqueName('orders') } = options;
  await ensureTopic(kafkaBrokers, topic, 3);
  const database = options.ownDatabase ? await startOwnDatabase() : await sharedDatabase();
  const service = await startService({
    databaseUrl: database.url,
    topic,
    ...(options.env && { env: options.env }),
  });
  return {
    ...service,
    databaseUrl: database.url,
    topic,
    database,
    async produce(values) {
      const acknowledged = await send(topic, values.map(toRecord));
      await untilApplied(database.url, acknowledged);
    },
    async stop() {
      const code = await service.stop();
      await database.remove();
      return code;
    },
  };
}

function toRecord(value: string | Buffer | object | null): OutgoingRecord {
  if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) return { key: null, value };
  const { order_uid } = value as { order_uid?: unknown };
  return { key: typeof order_uid === 'string' ? order_uid : null, value: JSON.stringify(value) };
}

async function sharedDatabase() {
  const { url, ...database } = await createDatabase();
  const refuse = async () => {
    throw new Error('this database is shared: start the service with ownDatabase');
  };
  return { url, stop: refuse, start: refuse, remove: () => database.drop() };
}

async function startOwnDatabase() {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-service-postgres-'));
  const options = { dataDir, restart: false, onProgress: () => {} };
  let server: EmbeddedPostgres = await startPostgres({ ...options, port: 0 });
  const port = Number(server.address.split(':')[1]);
  return {
    url: server.url,
    stop: () => server.stop(),
    async start() {
      server = await startPostgres({ ...options, port });
    },
    async remove() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
