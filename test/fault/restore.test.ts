/**
 * The database is behind the offsets that the group has committed: it was restored from a backup, or emptied. What it
 * lacks is read from Kafka again.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import pg from 'pg';
import { generateOrder } from '../../src/core/generate.ts';
import type { Order } from '../../src/core/order.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { uniqueName } from '../support/cluster.ts';
import type { RunningService } from '../support/service.ts';
import { until } from '../support/wait.ts';
import { asAdmin, committedOffsets, deleteTopic, endOffsets } from './group-offsets.ts';
import { consumed, metric } from './metrics.ts';
import { load, newerVersion, openStage, type Stage } from './stage.ts';

/** Works with a connection to the database of the stage, or to the one named. */
async function connected(
  { databaseUrl }: Stage,
  work: (client: pg.Client, name: string) => Promise<unknown>,
  to?: string,
): Promise<void> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  if (to !== undefined) url.pathname = to;
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    await work(client, name);
  } finally {
    await client.end();
  }
}

/** Works beside the database of the stage, which nobody may be connected to. */
const besides = (stage: Stage, work: (client: pg.Client, name: string) => Promise<unknown>) =>
  connected(stage, work, 'postgres');

const backUp = (stage: Stage) =>
  besides(stage, (client, name) => client.query(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`));

const restore = (stage: Stage) =>
  besides(stage, async (client, name) => {
    await client.query(`DROP DATABASE ${name}`);
    await client.query(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
  });

/** Puts the backup in the place of the database under whoever is connected. */
const failOver = (stage: Stage) =>
  besides(stage, async (client, name) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await until('nobody is connected', async () => {
      const { rowCount } = await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
        [name],
      );
      return rowCount === 0;
    });
    await client.query(`DROP DATABASE ${name}`);
    await client.query(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
  });

const empty = (stage: Stage) =>
  besides(stage, async (client, name) => {
    await client.query(`DROP DATABASE ${name}`);
    await client.query(`CREATE DATABASE ${name}`);
  });

/** How often the log tells that the database is behind. */
const alarms = (service: RunningService) => service.log().split('the database is behind').length - 1;

/** A topic of one partition with 100 orders, which are backed up, and 200 more, which are not. */
async function restored(stage: Stage): Promise<void> {
  await stage.ledger.send(load(40, 100, 1_000));
  let service = await stage.serve();
  await stage.settled();
  await service.stop();
  await backUp(stage);
  await stage.ledger.send(load(40, 200, 1_000, 100));
  service = await stage.serve();
  await stage.settled();
  await service.stop();
  await restore(stage);
}

describe('the database goes back', { concurrency: true }, () => {
  test('restored from a backup: what came after it is read again, told once for each partition', async () => {
    const stage = await openStage();
    try {
      const records = load(41, 300, 10);
      await stage.ledger.send(records);
      let service = await stage.serve();
      await stage.settled();
      await service.stop();
      await backUp(stage);
      const before = stage.ledger.acknowledged;
      await stage.ledger.send([...newerVersion(records, 10_007), ...load(41, 300, 10, 300)]);
      service = await stage.serve();
      await stage.settled();
      await service.stop();
      await restore(stage);
      service = await stage.serve();
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
      assert.equal(alarms(service), 3);
      const { skipped, ...handled } = await consumed(service.url);
      assert.equal(skipped, 0);
      assert.equal(
        handled.stored + handled.updated + handled.dead_letter,
        stage.ledger.acknowledged - before,
        'nothing else is read again',
      );
    } finally {
      await stage.close();
    }
  });

  test('under the running service, as by a failover to a replica that lagged: what it lacks is read again', async () => {
    const stage = await openStage();
    try {
      await stage.ledger.send(load(45, 300, 10));
      let service = await stage.serve();
      await stage.settled();
      await service.stop();
      await backUp(stage);
      service = await stage.serve();
      await stage.ledger.send(load(45, 300, 10, 300));
      await stage.settled();
      await failOver(stage);
      await stage.ledger.send(load(45, 300, 10, 600));
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
      assert.match(service.log(), /the database is behind what this instance had stored/);
    } finally {
      await stage.close();
    }
  });

  test('emptied: everything comes again', async () => {
    const stage = await openStage();
    try {
      await stage.ledger.send(load(42, 600, 10));
      let service = await stage.serve();
      await stage.settled();
      await service.stop();
      await empty(stage);
      service = await stage.serve();
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
      assert.equal(alarms(service), 3);
    } finally {
      await stage.close();
    }
  });

  test('and does not say how far it is: nothing is read until it does', async () => {
    const stage = await openStage({ partitions: 1 });
    try {
      await restored(stage);
      let starting: Promise<RunningService> | undefined;
      const asked = new Set<string>();
      await connected(stage, async (client) => {
        await client.query('BEGIN; LOCK TABLE applied_offsets IN ACCESS EXCLUSIVE MODE');
        starting = stage.serve();
        await until('it has asked twice', async () => {
          const waiting = await stage.sql<{ since: string }>(
            `SELECT query_start::text AS since FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          for (const { since } of waiting) asked.add(since);
          return asked.size > 1;
        });
      });
      const service = await starting!;
      await stage.settled();
      assert.match(service.log(), /reading from Kafka was broken off/);
      assert.deepEqual(await stage.damages(service), []);
      assert.equal(alarms(service), 1);
    } finally {
      await stage.close();
    }
  });

  test('and the broker has deleted a part of what it lacks: that is told as lost, the rest is stored', async () => {
    const stage = await openStage({ partitions: 1 });
    try {
      await restored(stage);
      await asAdmin(stage.brokers, (admin) =>
        admin.deleteRecords({
          topics: [{ name: stage.topic, partitions: [{ partition: 0, offset: 150n }] }],
        }),
      );
      [...stage.ledger.orders.keys()].slice(100, 150).forEach((uid) => stage.ledger.orders.delete(uid));
      const service = await stage.serve();
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
      assert.match(service.log(), /"from":"100","to":"149","msg":"the broker has deleted records/);
      assert.equal(await metric(service.url, 'orders_lost_total'), 50);
    } finally {
      await stage.close();
    }
  });

  test('what aborted transactions left at the end of the log is read again in silence', async () => {
    const stage = await openStage({ partitions: 2 });
    const producer = new Producer({
      clientId: 'transactions',
      bootstrapBrokers: stage.brokers,
      transactionalId: uniqueName('transaction'),
      idempotent: true,
    });
    const inTransaction = async (partition: number, order: Order, end: 'commit' | 'abort') => {
      const transaction = await producer.beginTransaction();
      const value = Buffer.from(JSON.stringify(order));
      await transaction.send({ messages: [{ topic: stage.topic, partition, value }] });
      await transaction[end]();
    };
    try {
      // One partition has an order below them, the other nothing else.
      const order = generateOrder(43, 0);
      await inTransaction(0, order, 'commit');
      stage.ledger.orders.set(order.order_uid, JSON.stringify(order));
      await inTransaction(0, generateOrder(43, 1), 'abort');
      await inTransaction(1, generateOrder(43, 2), 'abort');
      let service = await stage.serve();
      const end = await endOffsets(stage.brokers, stage.topic, 2);
      await until('the group has committed the end', async () => {
        const committed = await committedOffsets(stage.brokers, stage.topic, stage.topic);
        return [...end].every(([partition, offset]) => committed.get(partition) === offset);
      });
      await service.stop();
      assert.deepEqual(await stage.sql('SELECT partition, next_offset FROM applied_offsets'), [
        { partition: 0, next_offset: '1' },
      ]);
      service = await stage.serve();
      await stage.ledger.send(load(43, 100, 1_000, 10));
      await stage.settled();
      assert.equal(alarms(service), 0);
      assert.equal((await consumed(service.url)).skipped, 0);
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await producer.close();
      await stage.close();
    }
  });

  test('the offsets of a deleted topic do not count for one that was created anew under its name', async () => {
    const stage = await openStage({ partitions: 1 });
    try {
      await deleteTopic(stage.brokers, stage.topic);
      await ensureTopic(stage.brokers, stage.topic, 1);
      await stage.ledger.send(load(44, 100, 1_000));
      await asAdmin(stage.brokers, (admin) =>
        admin.alterConsumerGroupOffsets({
          groupId: stage.topic,
          topics: [{ name: stage.topic, partitionOffsets: [{ partition: 0, offset: 50n }] }],
        }),
      );
      const service = await stage.serve();
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await stage.close();
    }
  });
});
