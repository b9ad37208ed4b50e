/** A real Kafka and a real PostgreSQL in fresh folders, and the service as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startKafka } from '../src/embedded/kafka.ts';
import { startPostgres } from '../src/embedded/postgres.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Cluster {
  brokers: string[];
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'order-service-bench-'));
  const options = { port: 0, restart: false, onProgress: () => {} };
  const [kafka, postgres] = await Promise.all([
    startKafka({ ...options, dataDir: join(folder, 'kafka') }),
    startPostgres({ ...options, dataDir: join(folder, 'postgres') }),
  ]);
  return {
    brokers: [kafka.address],
    async createDatabase(name) {
      const client = new pg.Client(postgres.url);
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
    },
    async stop() {
      await Promise.all([kafka.stop(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface BenchService {
  url: string;
  /** From the start of the process to ready, in milliseconds. */
  startMs: number;
  /** The most memory that the process has had, in megabytes. */
  peakMb(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the service on `topic` and `databaseUrl`; `nodeArgs` go to Node, as `--cpu-prof`. */
export async function startService(
  settings: { brokers: string[]; topic: string; databaseUrl: string; env?: Record<string, string> },
  nodeArgs: string[] = [],
): Promise<BenchService> {
  const start = performance.now();
  const child: ChildProcess = spawn(process.execPath, [...nodeArgs, main, 'serve'], {
    cwd: tmpdir(),
    env: {
      PATH: process.env['PATH'],
      KAFKA_BROKERS: settings.brokers.join(','),
      DATABASE_URL: settings.databaseUrl,
      KAFKA_TOPIC: settings.topic,
      KAFKA_GROUP_ID: settings.topic,
      HTTP_PORT: '0',
      LOG_LEVEL: 'warn',
      ...settings.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout!.on('data', (chunk: Buffer) => (log += chunk.toString()));
  let url: string | undefined;
  while ((url = /page +(http:\S+)\/\n/.exec(log)?.[1]) === undefined) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}: ${log}`);
    await delay(5);
  }
  return {
    url,
    startMs: performance.now() - start,
    async peakMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
