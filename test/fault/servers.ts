/** A Kafka and a PostgreSQL for the test alone, so that it may do to them what it likes. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../src/embedded/kafka.ts';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import type { EmbeddedServer } from '../../src/embedded/server-process.ts';
import { until } from '../support/wait.ts';

export interface FaultyServer {
  /** `127.0.0.1:<port>`, the same after every start. */
  address: string;
  /** In order. */
  stop(): Promise<void>;
  /** At once: PostgreSQL by SIGQUIT ("immediate"), Kafka by SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops the time of all its processes. */
  hang(): Promise<void>;
  wake(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface FaultyPostgres extends FaultyServer {
  url: string;
}

const quiet = { restart: false, onProgress: () => {} };

export async function startFaultyKafka(): Promise<FaultyServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-service-fault-kafka-'));
  const start = (port: number) => startKafka({ ...quiet, dataDir, port });
  return faulty(dataDir, await start(0), start, 'SIGKILL');
}

/** `dataDir` must be empty; without it a temporary folder is made. */
export async function startFaultyPostgres(dataDir?: string): Promise<FaultyPostgres> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'order-service-fault-postgres-')));
  const start = (port: number) => startPostgres({ ...quiet, dataDir: folder, port });
  const first: EmbeddedPostgres = await start(0);
  return { ...faulty(folder, first, start, 'SIGQUIT'), url: first.url };
}

function faulty(
  dataDir: string,
  first: EmbeddedServer,
  start: (port: number) => Promise<EmbeddedServer>,
  killSignal: NodeJS.Signals,
): FaultyServer {
  let server = first;
  const port = Number(server.address.split(':')[1]);
  let stopped: number[] = [];
  return {
    address: server.address,
    stop: () => server.stop(),
    async kill() {
      const { pid } = server;
      process.kill(pid, killSignal);
      await until('the server has ended', async () => !(await isRunning(pid)));
    },
    async start() {
      server = await start(port);
    },
    async hang() {
      // The parent first, so that no child is born meanwhile.
      process.kill(server.pid, 'SIGSTOP');
      stopped = [server.pid, ...(await childrenOf(server.pid))];
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    },
    async wake() {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
      stopped = [];
    },
    async remove() {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A zombie has ended: it only waits for its parent to look. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && stateOf(stat).state !== 'Z';
}

/** Whether a process has been stopped by SIGSTOP. */
export async function isStopped(pid: number): Promise<boolean> {
  return stateOf(await readFile(`/proc/${pid}/stat`, 'utf8')).state === 'T';
}

async function childrenOf(parent: number): Promise<number[]> {
  const children: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (stat !== '' && stateOf(stat).parent === parent) children.push(Number(name));
  }
  return children;
}

/** proc(5): the name of the program, in brackets, may hold spaces and brackets. */
function stateOf(stat: string): { state: string; parent: number } {
  const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}
