/** `serve` as a person starts it: everything embedded, in a folder of its own. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import canonicalOrder from '../../src/core/canonical-order.json' with { type: 'json' };
import { until } from '../support/wait.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const freePorts = { HTTP_PORT: '0', EMBEDDED_KAFKA_PORT: '0', EMBEDDED_POSTGRES_PORT: '0' };

function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], ...freePorts, ...settings };
}

/** A test that fails leaves its service running. */
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

function start(settings: Record<string, string>) {
  const child = spawn(process.execPath, [main, 'serve'], { cwd: tmpdir(), env: environment(settings) });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  started.push(child);
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const ready = () =>
    until(
      'it is ready',
      () => {
        if (child.exitCode !== null) throw new Error(log);
        return /page +(http:\S+)\/\n/.exec(log)?.[1];
      },
      120_000,
    );
  return { child, exited, ready, log: () => log };
}

/** Runs `serve` to its end and tells its exit code and what it said. */
function refusal(settings: Record<string, string>) {
  const { status, stderr } = spawnSync(process.execPath, [main, 'serve'], {
    cwd: tmpdir(),
    env: environment(settings),
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stderr };
}

/** The processes whose command line names `folder`. */
function processesOf(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,command='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(folder) && !/^\s*\d+\s+Z/.test(line));
}

describe('everything embedded', () => {
  let folder: string;
  let settings: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'order-service-serve-'));
    settings = { DATA_DIR: join(folder, 'data') };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const sample = async (url: string) => {
    const response = await fetch(`${url}/order/order?order_uid=${canonicalOrder.order_uid}`);
    return {
      status: response.status,
      from: response.headers.get('cache-status'),
      order: (await response.json()) as unknown,
    };
  };

  test('the first start serves the canonical order, which came through Kafka; Ctrl-C ends everything', async () => {
    const service = start(settings);
    const url = await service.ready();
    const found = await until('the sample is there', async () => {
      const answer = await sample(url);
      return answer.status === 200 && answer;
    });
    assert.deepEqual(found.order, canonicalOrder);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /orders_consumed_total{outcome="stored"} 1\n/);
    assert.ok(processesOf(folder).length >= 2);
    const second = refusal(settings);
    assert.equal(second.status, 1);
    assert.match(second.stderr, /in use by another instance.*DATA_DIR/);
    service.child.kill('SIGINT');
    assert.deepEqual(await service.exited, [0, null]);
    assert.deepEqual(processesOf(folder), []);
  });

  test('after a kill -9 the next start finds the orders and a warm cache', async () => {
    const killed = start(settings);
    await killed.ready();
    killed.child.kill('SIGKILL');
    await killed.exited;
    assert.ok(processesOf(folder).length >= 2, 'its servers are orphans now');
    const service = start(settings);
    const url = await service.ready();
    const { status, from, order } = await sample(url);
    assert.deepEqual([status, from, order], [200, 'order-service; hit', canonicalOrder]);
    assert.doesNotMatch(
      await (await fetch(`${url}/metrics`)).text(),
      /orders_consumed_total{outcome="stored"} 1\n/,
    );
    service.child.kill('SIGTERM');
    assert.deepEqual(await service.exited, [0, null]);
    assert.deepEqual(processesOf(folder), []);
  });

  test('a signal during the start ends it in order; a second one ends everything at once', async () => {
    const early = start(settings);
    await until('a server is there', () => processesOf(folder).length > 0);
    early.child.kill('SIGINT');
    assert.deepEqual(await early.exited, [0, null]);
    assert.deepEqual(processesOf(folder), []);
    const late = start(settings);
    await late.ready();
    late.child.kill('SIGINT');
    late.child.kill('SIGINT');
    await late.exited;
    await until('its servers are gone', () => processesOf(folder).length === 0);
  });
});

describe('what stands in the way is said in a sentence that names the setting', () => {
  test('wrong settings, all at once', () => {
    const { status, stderr } = refusal({
      HTTP_PORT: 'x',
      CACHE_CAPACITY: '-1',
      KAFKA_BROKERS: 'nowhere',
      DATABASE_URL: 'mysql://u:secret@h/d',
    });
    assert.equal(status, 2);
    for (const name of ['HTTP_PORT', 'CACHE_CAPACITY', 'KAFKA_BROKERS', 'DATABASE_URL'])
      assert.match(stderr, new RegExp(name));
    assert.doesNotMatch(stderr, /secret|at .*\.ts/);
  });

  test('an address beyond loopback without AUTH=off', () => {
    const { status, stderr } = refusal({ HTTP_HOST: '0.0.0.0' });
    assert.equal(status, 2);
    assert.match(stderr, /AUTH=off/);
  });

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const folder = await mkdtemp(join(tmpdir(), 'order-service-serve-'));
    try {
      for (const setting of ['EMBEDDED_KAFKA_PORT', 'EMBEDDED_POSTGRES_PORT', 'HTTP_PORT']) {
        const { status, stderr } = refusal({ DATA_DIR: folder, [setting]: port });
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^order-service: .*${setting}`));
      }
      assert.deepEqual(processesOf(folder), []);
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('Java is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'order-service-serve-'));
    const { status, stderr } = refusal({ DATA_DIR: folder, PATH: folder });
    assert.equal(status, 1);
    assert.match(stderr, /^order-service: Java 17.*KAFKA_BROKERS/);
    await rm(folder, { recursive: true, force: true });
  });
});
