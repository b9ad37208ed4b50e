import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Admin } from '@platformatic/kafka';

import { EmbeddedError } from '../../src/embedded/embedded-error.ts';
import { kafkaJars, requireJava } from '../../src/embedded/kafka-jars.ts';
import { startKafka } from '../../src/embedded/kafka.ts';
import type { EmbeddedOptions, EmbeddedServer } from '../../src/embedded/server-process.ts';
import { Progress } from './progress.ts';
import { isRunning, killNow, processesIn, startParent, temporaryFolder, until } from './processes.ts';

async function start(t: TestContext, dataDir: string, options: Partial<EmbeddedOptions> = {}) {
  const server = await startKafka({ dataDir, port: 0, onProgress: () => {}, restart: false, ...options });
  t.after(() => server.stop());
  return server;
}

/** One try and no retries: a server that is ready answers the first. */
async function withAdmin<T>(server: EmbeddedServer, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [server.address], retries: 0 });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

const createTopic = (server: EmbeddedServer, name: string) =>
  withAdmin(server, (admin) => admin.createTopics({ topics: [name], partitions: 2, replicas: 1 }));
const listTopics = (server: EmbeddedServer) => withAdmin(server, (admin) => admin.listTopics());

test('Kafka starts on a half-formatted folder, is started again after its death, and ends without a trace', async (t) => {
  const folder = await temporaryFolder();
  // What a power cut leaves: the file is there, its content is not.
  await mkdir(join(folder, 'data', '__cluster_metadata-0'), { recursive: true });
  await writeFile(join(folder, 'data', 'meta.properties'), '');
  const progress = new Progress();
  const server = await start(t, folder, { restart: true, onProgress: progress.told });
  await createTopic(server, 'kept');

  const { pid, address } = server;
  const again = progress.next(/Kafka is running again/);
  process.kill(pid, 'SIGKILL');
  await again;
  assert.match(progress.messages.join('\n'), /Kafka ended unexpectedly \(SIGKILL\)/);
  assert.notEqual(server.pid, pid);
  assert.equal(server.address, address);
  assert.deepEqual(await listTopics(server), ['kept']);

  await server.stop();
  assert.deepEqual(await processesIn(folder), []);
  assert.equal((await readdir(folder)).includes('server.pid'), false);
});

test('the orphan of a killed service is ended, and its folder starts with what it held', async (t) => {
  const folder = await temporaryFolder();
  const { child, line } = await startParent('kafka', folder);
  const orphan = Number(line);
  await killNow(child);
  assert.ok(await isRunning(orphan));
  const progress = new Progress();
  const server = await start(t, folder, { onProgress: progress.told });
  assert.equal(await isRunning(orphan), false);
  assert.deepEqual(progress.messages, [`Ending Kafka of an earlier run (process ${orphan})`]);
  await createTopic(server, 'new');
});

test('a start that is given up leaves nothing running', async (t) => {
  const folder = await temporaryFolder();
  const stop = new AbortController();
  const attempt = start(t, folder, { signal: stop.signal });
  await until(async () => (await processesIn(`kafka.Kafka ${folder}`)).length === 1);
  stop.abort(new Error('Ctrl-C'));
  await assert.rejects(attempt, { name: 'AbortError' });
  assert.deepEqual(await processesIn(folder), []);
});

test('records without meta.properties are not formatted over', async (t) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'data', 'orders-0'), { recursive: true });
  await assert.rejects(start(t, folder), (error) => {
    assert.ok(error instanceof EmbeddedError);
    assert.match(error.message, /holds records \(orders-0\) but no readable meta.properties/);
    return true;
  });
  assert.deepEqual(await readdir(join(folder, 'data')), ['orders-0']);
});

test('a port in use is told with its setting', async (t) => {
  const listener = createServer().listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const attempt = start(t, await temporaryFolder(), { port });
  await assert.rejects(
    attempt,
    new RegExp(`Port ${port} is in use by another program: set EMBEDDED_KAFKA_PORT`),
  );
});

/** Makes `commands`, name to shell script, all that the PATH of this process offers for the rest of the test. */
async function setPath(t: TestContext, commands: Record<string, string>): Promise<void> {
  const folder = await temporaryFolder();
  for (const tool of ['sh', 'touch', 'sleep']) await symlink(`/bin/${tool}`, join(folder, tool));
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  t.after(() => (process.env['PATH'] = path));
}

test('a missing or too old Java is told with the command that mends it', async (t) => {
  await setPath(t, {});
  await assert.rejects(requireJava(), {
    name: 'EmbeddedError',
    message:
      'Java 17 or newer is needed for the embedded Kafka: install it (e.g. apt-get install openjdk-17-jre-headless), ' +
      'or set KAFKA_BROKERS to use your own.',
  });
  for (const [printed, major] of Object.entries({ '11.0.22': 11, '1.8.0_402': 8 })) {
    await setPath(t, { java: `echo 'openjdk version "${printed}"' >&2` });
    await assert.rejects(requireJava(), new RegExp(`the java found is version ${major}`));
  }
  for (const printed of ['17.0.1', '25', '26-ea']) {
    await setPath(t, { java: `echo 'openjdk version "${printed}" 2025-09-16' >&2` });
    await requireJava();
  }
});

test('a missing or failing Maven is told, and leaves no half a folder', async (t) => {
  const cache = await temporaryFolder();
  await setPath(t, {});
  await assert.rejects(
    kafkaJars(cache, () => {}),
    /^EmbeddedError: Maven is needed once.*apt-get install maven/,
  );
  await setPath(t, { mvn: 'echo "[ERROR] Could not resolve dependencies"; exit 1' });
  await assert.rejects(
    kafkaJars(cache, () => {}),
    /^EmbeddedError: Maven could not fetch Kafka:\n\[ERROR\] Could not/,
  );
  assert.deepEqual(await readdir(cache), []);
});

test('jars fetched by two at the same time appear once and whole, and are not fetched again', async (t) => {
  const cache = await temporaryFolder();
  const fakeMaven = `
    for argument; do case $argument in -DoutputDirectory=*) to=\${argument#*=};; esac; done
    echo 'Downloaded from central: x/kafka-clients.jar (11 MB at 5 MB/s)'
    touch $to/a.jar; sleep 0.2; touch $to/b.jar`;
  await setPath(t, { mvn: fakeMaven });
  const progress = new Progress();
  const [one, other] = await Promise.all([kafkaJars(cache, progress.told), kafkaJars(cache, progress.told)]);
  assert.equal(one, other);
  assert.deepEqual((await readdir(one)).toSorted(), ['a.jar', 'b.jar']);
  assert.equal((await readdir(cache)).length, 1);
  assert.match(
    progress.messages.join('\n'),
    /Fetching Kafka [\d.]+ with Maven \(43 MB, once\)[^]*11 MB so far/,
  );

  await setPath(t, {});
  assert.equal(await kafkaJars(cache, progress.told), one);
  const pom = await readFile(join(import.meta.dirname, '../../src/embedded/kafka-pom.xml'), 'utf8');
  assert.ok(
    pom.includes(/([\d.]+)-[0-9a-f]+$/.exec(one)?.[1] ?? 'none'),
    'the folder is named after the version',
  );
});
