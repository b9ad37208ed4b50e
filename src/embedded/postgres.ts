/** A real PostgreSQL for a machine without one: the binaries from npm, run in a folder of ours. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';

import { claimPort, loopback } from './port.ts';
import { findBinaries, initCluster, readPassword } from './postgres-cluster.ts';
import { answersQuery } from './postgres-ready.ts';
import { serverUser } from './postgres-user.ts';
import { commandLines, endProcess } from './processes.ts';
import { endOrphan, startServer, type EmbeddedOptions, type EmbeddedServer } from './server-process.ts';

const role = 'orders';
const database = 'orders';

export interface PostgresOptions extends EmbeddedOptions {
  /** The folder with `initdb` and `postgres`; without it the ones that npm installed. */
  bin?: string | undefined;
}

export interface EmbeddedPostgres extends EmbeddedServer {
  /** With the password: not for logs. The same after every restart. */
  readonly url: string;
}

/**
 * Resolves when the database `orders` answers a query, about 1 s after the call. Ends an orphan of an earlier
 * run in the same folder first. Throws an EmbeddedError when the binaries, the port or the folder stands in the way.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { onProgress } = options;
  await mkdir(options.dataDir, { recursive: true });
  const dir = await realpath(options.dataDir);
  const data = join(dir, 'data');
  const identity = {
    name: 'PostgreSQL',
    dir,
    marker: `-D ${data} `,
    // Fast shutdown, then immediate shutdown: neither waits for clients, and both keep what was committed.
    stopSignals: ['SIGINT', 'SIGQUIT', 'SIGKILL'],
  } as const;

  await endOrphan(identity, onProgress);
  const port = await claimPort(options.port, 'EMBEDDED_POSTGRES_PORT');
  const bin = options.bin ?? (await findBinaries());
  const user = await serverUser([dirname(dir), bin]);
  await chmod(dir, user.folderMode);
  const password = await initCluster(dir, bin, user, role);
  const url = databaseUrl(password, port);
  // Every process of the server carries this name in its title.
  const clusterName = `embedded-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

  const server = await startServer(
    {
      ...identity,
      address: `${loopback}:${port}`,
      command: user.command(join(bin, 'postgres'), ['-D', data, ...settings(port, clusterName)]),
      prepare: async () => {
        await endBackends(clusterName);
        await removeStalePidFile(join(data, 'postmaster.pid'), identity.marker);
      },
      isReady: () => answersQuery(url),
    },
    options,
  );
  return {
    url,
    address: server.address,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
  };
}

/**
 * The URL of the database that `startPostgres` serves in `dataDir` on `port`, for a command beside the service.
 * Throws an EmbeddedError when the service never ran there.
 */
export async function embeddedDatabaseUrl(dataDir: string, port: number): Promise<string> {
  return databaseUrl(await readPassword(dataDir), port);
}

function databaseUrl(password: string, port: number): string {
  return `postgresql://${role}:${password}@${loopback}:${port}/${database}`;
}

/** What is not here, fsync above all, is PostgreSQL's default. */
function settings(port: number, clusterName: string): string[] {
  return Object.entries({
    port,
    cluster_name: clusterName,
    listen_addresses: loopback,
    unix_socket_directories: '',
    shared_buffers: `${sharedBuffersMb(Math.min(totalmem(), process.constrainedMemory() || Infinity))}MB`,
    // After each checkpoint every page that is touched goes to the log whole: under load there shall be few.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The server's own words, but no failed statement: those quote values, and orders are personal data.
    log_min_messages: 'log',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * How much of `memory` (bytes) holds pages of the database. The indexes of millions of orders are to fit: new orders
 * come anywhere in them. It is taken as it is needed, not at the start.
 */
export function sharedBuffersMb(memory: number): number {
  const megabytes = memory / 2 ** 20;
  return Math.round(Math.min(Math.max(megabytes / 8, 128), 2_048));
}

/**
 * After a `kill -9` of the server a busy backend lives on until its query ends, and PostgreSQL does not start
 * beside it. By then it can only lose what was never committed.
 */
async function endBackends(clusterName: string): Promise<void> {
  const isBackend = (command: string | undefined) =>
    command?.startsWith(`postgres: ${clusterName}: `) ?? false;
  for (const [pid, command] of await commandLines()) {
    if (!isBackend(command)) continue;
    await endProcess(pid, ['SIGKILL'], async () => !isBackend((await commandLines()).get(pid)));
  }
}

/** PostgreSQL would take any process that got the number of the dead server for a running one. */
async function removeStalePidFile(pidFile: string, marker: string): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!(await commandLines()).get(pid)?.includes(marker)) await rm(pidFile, { force: true });
}
