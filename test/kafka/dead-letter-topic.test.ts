import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  type Message,
} from '@platformatic/kafka';
import pg from 'pg';
import { DeadLetterPublisher, type Publication } from '../../src/core/dead-letter-publisher.ts';
import { startKafka } from '../../src/embedded/kafka.ts';
import { deadLetterTopic } from '../../src/kafka/dead-letter-topic.ts';
import { createProducer } from '../../src/kafka/producer.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { PostgresDeadLetterOutbox } from '../../src/postgres/dead-letter-outbox.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { kafkaBrokers, uniqueName } from '../support/cluster.ts';
import { keepDeadLetters } from '../support/dead-letters.ts';
import { orderWith } from '../support/orders.ts';
import { entries } from '../support/records.ts';
import { startService, startTestService } from '../support/service.ts';
import { createStore, type TestStore } from '../support/store.ts';
import { readAll } from '../support/topic.ts';
import { until } from '../support/wait.ts';

const headersOf = ({ headerEntries }: Message) =>
  headerEntries.map(([name, value]) => [String(name), value ? String(value) : null]);

describe('publishing from the table', () => {
  let db: TestStore;
  before(async () => {
    db = await createStore();
  });
  after(() => db.close());

  /** Publishes until all is published, with `instances` at it, and returns what was seen of it. */
  async function publishAll(topic: string, { instances = 1, brokers = kafkaBrokers } = {}) {
    const stop = new AbortController();
    const seen: Publication[] = [];
    const faults: unknown[] = [];
    const ends = Array.from({ length: instances }, () => {
      const pool = createPool({ url: db.url, max: 1, timeoutMs: 10_000, onError: () => {} });
      const producer = createProducer({ brokers, clientId: 'test' });
      const publisher = new DeadLetterPublisher({
        outbox: new PostgresDeadLetterOutbox(pool),
        publish: deadLetterTopic({ brokers, topic, partitions: 3, producer, signal: stop.signal }),
        observer: {
          published: (publication) => seen.push(publication),
          fault: ({ error }) => faults.push(error),
        },
      });
      const running = publisher.run(stop.signal);
      return async () => {
        await producer.close();
        await running;
        await pool.end();
      };
    });
    const left = () =>
      db.sql('SELECT FROM dead_letters WHERE published_at IS NULL AND publish_error IS NULL');
    try {
      await until('all are published', async () => (await left()).length === 0);
    } finally {
      stop.abort();
      await Promise.all(ends.map((end) => end()));
    }
    return { seen, faults };
  }

  test('each with its key and bytes, its headers, and where it comes from and why; in their order', async () => {
    const topic = uniqueName('dead');
    const place = { topic: 'orders', topicId: randomUUID(), partition: 4, timestamp: 1_767_225_600_123n };
    const batch = entries([Buffer.from([0xff, 0]), null, '', '{', '[]'], { ...place, offset: 70n });
    for (const { record } of batch) record.key = Buffer.from('one key');
    batch[0]!.record.headers = [
      [Buffer.from('trace'), Buffer.from('a')],
      [Buffer.from('trace'), null],
      // It has been a dead letter before.
      [Buffer.from('dlq-reason'), Buffer.from('old')],
      [Buffer.from('dlq-offset'), Buffer.from('1')],
    ];
    await db.store.apply(batch);
    const { seen, faults } = await publishAll(topic);
    assert.deepEqual(faults, []);
    assert.equal(seen.length, 1);
    const messages = await readAll(topic);
    assert.deepEqual(
      messages.map(({ key, value }) => [String(key), value ?? null]),
      batch.map(({ record }) => ['one key', record.value]),
    );
    assert.deepEqual(headersOf(messages[0]!), [
      ['trace', 'a'],
      ['trace', null],
      ['dlq-reason', 'The value is not UTF-8.'],
      ['dlq-topic', 'orders'],
      ['dlq-partition', '4'],
      ['dlq-offset', '70'],
      ['dlq-timestamp', '1767225600123'],
    ]);
    assert.deepEqual(
      messages.map((message) => Object.fromEntries(headersOf(message))['dlq-offset']),
      ['70', '71', '72', '73', '74'],
    );
    await publishAll(topic);
    assert.equal((await readAll(topic)).length, 5, 'none is published a second time');
  });

  test('by several instances at once, each one time', async () => {
    const topic = uniqueName('dead');
    await keepDeadLetters(
      db,
      Array.from({ length: 1_500 }, (_, n) => `{${n}`),
    );
    const { faults } = await publishAll(topic, { instances: 4 });
    assert.deepEqual(faults, []);
    const values = (await readAll(topic)).map(({ value }) => String(value));
    assert.deepEqual([values.length, new Set(values).size], [1_500, 1_500]);
  });

  test('one that the topic will not take does not hold up the others', async () => {
    const topic = uniqueName('dead');
    await ensureTopic(kafkaBrokers, topic, 1);
    await limitRecords(topic, 2_000);
    const values = ['{1', `{2${'x'.repeat(5_000)}`, '{3', '{4'.padEnd(1_200), '{5'.padEnd(1_200)];
    const ids = await keepDeadLetters(db, values);
    const { seen } = await publishAll(topic);
    assert.deepEqual(
      seen.flatMap(({ refused }) => refused.map(({ id }) => id)),
      [ids[1]],
    );
    assert.deepEqual(
      (await readAll(topic)).map(({ value }) => String(value)),
      [values[0], ...values.slice(2)],
    );
    const [row] = await db.sql<{ publish_error: string }>(
      'SELECT publish_error FROM dead_letters WHERE id = $1',
      [ids[1]],
    );
    assert.match(row!.publish_error, /Kafka refuses it: .*larger/);
  });

  test('few bytes at a time, however large they are', async () => {
    const topic = uniqueName('dead');
    const large = Array.from({ length: 12 }, (_, n) => `${n}${'x'.repeat(900_000)}`);
    await keepDeadLetters(db, large);
    const { seen } = await publishAll(topic);
    assert.ok(seen.length >= 3, `${seen.length}`);
    assert.equal((await readAll(topic)).length, 12);
  });

  test('what was acknowledged before a fault is not published again; the rest is', async () => {
    const ids = await keepDeadLetters(db, ['{1', '{2', '{3']);
    const pool = createPool({ url: db.url, max: 1, timeoutMs: 10_000, onError: () => {} });
    const handed: string[][] = [];
    const faults: unknown[] = [];
    const stop = new AbortController();
    const publisher = new DeadLetterPublisher({
      outbox: new PostgresDeadLetterOutbox(pool),
      async publish(letters) {
        handed.push(letters.map(({ id }) => id));
        if (handed.length === 1) return { published: [ids[0]!], refused: [], fault: new Error('away') };
        if (handed.length === 2) throw new Error('a bug');
        return { published: letters.map(({ id }) => id), refused: [] };
      },
      observer: { published: () => {}, fault: ({ error }) => faults.push(error) },
    });
    const running = publisher.run(stop.signal);
    await until('it got over both', () => handed.length === 3);
    stop.abort();
    await running;
    await pool.end();
    assert.deepEqual(handed, [ids, ids.slice(1), ids.slice(1)]);
    assert.equal(faults.length, 2);
  });
});

async function limitRecords(topic: string, bytes: number): Promise<void> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: kafkaBrokers });
  try {
    await admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: topic,
          configs: [
            {
              name: 'max.message.bytes',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: String(bytes),
            },
          ],
        },
      ],
    });
  } finally {
    await admin.close();
  }
}

test('the service publishes each dead letter, across restarts and a database that was away', async () => {
  const topic = uniqueName('dead');
  const env = { DEAD_LETTER_TOPIC: topic };
  const service = await startTestService({ ownDatabase: true, env });
  const second = await startService({ ...service, env });
  try {
    const values = () => readAll(topic).then((all) => all.map(({ value }) => String(value)).toSorted());
    await service.produce(['{1', orderWith({ order_uid: `o-${randomUUID()}` }), '{2']);
    await until('both are published', async () => (await values()).length === 2);
    await service.database.stop();
    await service.database.start();
    await service.produce(['{3']);
    await until('the third is published', async () => (await values()).length === 3);
    assert.deepEqual(await values(), ['{1', '{2', '{3']);
    const pool = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
    const { rows } = await pool.query('SELECT FROM dead_letters WHERE published_at IS NOT NULL');
    await pool.end();
    assert.equal(rows.length, 3);
    const metrics = await Promise.all(
      [service, second].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    const counts = metrics.map((text) =>
      Number(/orders_dead_letters_published_total{result="published"} (\d+)/.exec(text)?.[1]),
    );
    assert.equal(counts[0]! + counts[1]!, 3);
  } finally {
    assert.equal(await second.stop(), 0);
    assert.equal(await service.stop(), 0);
  }
});

test('a broker that is away is waited for, and a stop meanwhile does not wait for it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-service-kafka-'));
  const options = { dataDir, restart: false, onProgress: () => {} };
  let broker = await startKafka({ ...options, port: 0 });
  const port = Number(broker.address.split(':')[1]);
  const db = await createStore();
  const topic = uniqueName('dead');
  const settings = { databaseUrl: db.url, topic: uniqueName('orders'), brokers: [broker.address] };
  const env = { DEAD_LETTER_TOPIC: topic };
  let service = await startService({ ...settings, env });
  try {
    await broker.stop();
    const ids = await keepDeadLetters(db, ['{1', '{2']);
    await until('it has met the fault', () => service.log().includes('could not be published'));
    const stopping = performance.now();
    assert.equal(await service.stop(), 0);
    assert.ok(performance.now() - stopping < 8_000);
    broker = await startKafka({ ...options, port });
    service = await startService({ ...settings, env });
    await until('they are published', async () => {
      const rows = await db.sql('SELECT FROM dead_letters WHERE published_at IS NOT NULL');
      return rows.length === ids.length;
    });
    const messages = await readAll(topic, [broker.address]);
    assert.deepEqual(new Set(messages.map(({ value }) => String(value))), new Set(['{1', '{2']));
  } finally {
    await service.stop();
    await broker.stop();
    await db.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
