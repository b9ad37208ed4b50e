import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Client } from 'pg';

import { EmbeddedError } from '../../src/embedded/embedded-error.ts';
import {
  embeddedDatabaseUrl,
  startPostgres,
  type EmbeddedPostgres,
  type PostgresOptions,
} from '../../src/embedded/postgres.ts';
import { signalProcess } from '../../src/embedded/processes.ts';
import { Progress } from './progress.ts';
import { isRunning, killNow, processesIn, startParent, temporaryFolder, until } from './processes.ts';

async function start(t: TestContext, dataDir: string, options: Partial<PostgresOptions> = {}) {
  const server = await startPostgres({ dataDir, port: 0, onProgress: () => {}, restart: false, ...options });
  t.after(() => server.stop());
  return server;
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = await connected(server.url);
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

function portOf(server: EmbeddedPostgres): number {
  return Number(new URL(server.url).port);
}

test('PostgreSQL starts, keeps its data, is durable, UTF-8, behind a password, and ends without a trace', async (t) => {
  const folder = await temporaryFolder();
  const first = await start(t, folder);
  await query(first, 'create table kept as select 42 as answer');
  assert.deepEqual(await query(first, 'show fsync'), ['on']);
  assert.deepEqual(await query(first, 'show synchronous_commit'), ['on']);
  assert.deepEqual(await query(first, 'show listen_addresses'), ['127.0.0.1']);
  assert.deepEqual(await query(first, 'show server_encoding'), ['UTF8']);
  assert.deepEqual(await query(first, `select lower('ЖЁЛТЫЙ')`), ['жёлтый']);
  assert.equal((await stat(join(folder, 'password'))).mode & 0o777, 0o600);
  const intruder = new URL(first.url);
  intruder.password = 'guessed';
  await assert.rejects(connected(intruder.href), { code: '28P01' });
  await first.stop();
  assert.deepEqual(await processesIn(folder), []);

  const second = await start(t, folder, { port: portOf(first) });
  assert.equal(second.url, first.url);
  assert.equal(await embeddedDatabaseUrl(folder, portOf(first)), first.url);
  assert.deepEqual(await query(second, 'select answer from kept'), [42]);
});

test('the log of PostgreSQL quotes no values of a failed statement', async (t) => {
  const folder = await temporaryFolder();
  const server = await start(t, folder);
  await query(server, 'create table people (name text check (name = $$nobody$$))');
  await assert.rejects(query(server, `insert into people values ('Test Testov')`), { code: '23514' });
  await server.stop();
  const log = await readFile(join(folder, 'logs', 'console.log'), 'utf8');
  assert.match(log, /ready to accept connections/);
  assert.doesNotMatch(log, /Testov/);
});

test('after a kill -9 of PostgreSQL under a busy query the same folder and port start again', async (t) => {
  const folder = await temporaryFolder();
  const first = await start(t, folder);
  await query(first, 'create table kept as select 42 as answer');
  const busy = await connected(first.url);
  const { rows } = await busy.query<{ pid: number }>('select pg_backend_pid() as pid');
  const backend = rows[0]?.pid ?? 0;
  t.after(() => signalProcess(backend, 'SIGKILL'));
  // It never waits, so it does not notice that its server is gone.
  const cut = busy.query('select count(*) from generate_series(1, 100000000000)').catch(() => 'cut');
  await until(async () => {
    const running = await query(
      first,
      `select 1 from pg_stat_activity where pid = ${backend} and state = 'active'`,
    );
    return running.length === 1;
  });
  process.kill(first.pid, 'SIGKILL');
  await until(async () => !(await isRunning(first.pid)));
  assert.ok(await isRunning(backend));

  const second = await start(t, folder, { port: portOf(first) });
  assert.notEqual(second.pid, first.pid);
  assert.equal(await isRunning(backend), false);
  assert.equal(await cut, 'cut');
  assert.deepEqual(await query(second, 'select answer from kept'), [42]);
  await first.stop();
  assert.ok(await isRunning(second.pid), 'stopping the dead one leaves the new one alone');
});

test('a PostgreSQL that dies is started again on the same address, and not after stop', async (t) => {
  const folder = await temporaryFolder();
  const progress = new Progress();
  const server = await start(t, folder, { restart: true, onProgress: progress.told });
  const { pid, url } = server;
  const again = progress.next(/PostgreSQL is running again/);
  process.kill(pid, 'SIGKILL');
  await again;
  assert.match(
    progress.messages.join('\n'),
    /PostgreSQL ended unexpectedly \(SIGKILL\): starting it again in 0.5 s/,
  );
  assert.notEqual(server.pid, pid);
  assert.equal(server.url, url);
  assert.deepEqual(await query(server, 'select 1'), [1]);

  // Stopped between its death and its restart: the moment when a restart could slip through.
  const ended = progress.next(/ended unexpectedly/);
  process.kill(server.pid, 'SIGKILL');
  await ended;
  await server.stop();
  assert.deepEqual(await processesIn(folder), []);
  assert.equal(progress.messages.filter((message) => message.includes('running again')).length, 1);
});

test('the orphan of a killed service is ended and its folder starts', async (t) => {
  const folder = await temporaryFolder();
  const { child, line } = await startParent('postgres', folder);
  const orphan = Number(line);
  await killNow(child);
  assert.ok(await isRunning(orphan));
  const progress = new Progress();
  const server = await start(t, folder, { onProgress: progress.told });
  assert.equal(await isRunning(orphan), false);
  assert.deepEqual(progress.messages, [`Ending PostgreSQL of an earlier run (process ${orphan})`]);
  assert.deepEqual(await query(server, 'select 1'), [1]);
});

test('a foreign process whose id stands in the pid files is left alone', async (t) => {
  const folder = await temporaryFolder();
  const before = await start(t, folder);
  await before.stop();
  // As the user that PostgreSQL runs as: it would take that process for a running server of this folder.
  const { uid, gid } = await stat(join(folder, 'data'));
  const foreign = spawn('sleep', ['60'], { stdio: 'ignore', uid, gid });
  t.after(() => killNow(foreign));
  await once(foreign, 'spawn');
  await writeFile(join(folder, 'server.pid'), String(foreign.pid));
  await writeFile(join(folder, 'data', 'postmaster.pid'), `${foreign.pid}\n${join(folder, 'data')}\n`);
  const server = await start(t, folder);
  assert.deepEqual(await query(server, 'select 1'), [1]);
  assert.ok(await isRunning(foreign.pid ?? 0));
});

test('a port in use, a foreign folder, a broken setting and a lost password are told in a sentence', async (t) => {
  const folder = await temporaryFolder();
  const listener = createServer().listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  await assert.rejects(start(t, folder, { port }), (error) => {
    assert.ok(error instanceof EmbeddedError);
    assert.match(
      error.message,
      new RegExp(`^Port ${port} is in use by another program: set EMBEDDED_POSTGRES_PORT`),
    );
    return true;
  });

  await assert.rejects(embeddedDatabaseUrl(folder, 1), /start the service once/);
  const foreign = join(folder, 'foreign');
  await mkdir(join(foreign, 'data'), { recursive: true });
  await writeFile(join(foreign, 'data', 'thesis.txt'), 'the only copy');
  await assert.rejects(start(t, foreign), /is not a data folder of PostgreSQL/);
  assert.equal(await readFile(join(foreign, 'data', 'thesis.txt'), 'utf8'), 'the only copy');

  const broken = join(folder, 'broken');
  await (await start(t, broken)).stop();
  await writeFile(join(broken, 'data', 'postgresql.conf'), 'no_such_setting = 1\n');
  await assert.rejects(start(t, broken), /did not start \(exit code 1\)[^]*no_such_setting/);
  assert.deepEqual(await processesIn(broken), []);
  await writeFile(join(broken, 'data', 'postgresql.conf'), '');
  await writeFile(join(broken, 'password'), 'another');
  await assert.rejects(start(t, broken), /does not take the password/);
  assert.deepEqual(await processesIn(broken), []);
});

test('the PostgreSQL of the machine runs as well', async (t) => {
  const bin = '/usr/lib/postgresql/15/bin';
  const found = await access(join(bin, 'initdb')).then(
    () => true,
    () => false,
  );
  if (!found) return t.skip(`no PostgreSQL in ${bin}`);
  const server = await start(t, await temporaryFolder(), { bin });
  assert.match(String(await query(server, 'show server_version')), /^15\./);
});
