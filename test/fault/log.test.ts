/** What happens to the log itself: transactions, deleted records, a topic made anew, offsets that are gone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import { generateOrder } from '../../src/core/generate.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { uniqueName } from '../support/cluster.ts';
import { until } from '../support/wait.ts';
import { asAdmin, committedOffsets, deleteTopic, endOffsets } from './group-offsets.ts';
import { metric } from './metrics.ts';
import { load, openStage, type Stage } from './stage.ts';

/** Of partition 0. */
async function untilAllCommitted({ brokers, topic }: Stage): Promise<void> {
  const end = (await endOffsets(brokers, topic, 1)).get(0);
  await until(
    `the group has committed ${end}`,
    async () => (await committedOffsets(brokers, topic, topic)).get(0) === end,
    60_000,
  );
}

describe('the log', { concurrency: true }, () => {
  test('aborted transactions are not read, however they lie in a fetch, and the lag behind them is 0', async () => {
    const stage = await openStage({ partitions: 1 });
    const producer = new Producer({
      clientId: 'transactions',
      bootstrapBrokers: stage.brokers,
      transactionalId: uniqueName('transaction'),
      idempotent: true,
    });
    let index = 0;
    const inTransaction = async (end: 'commit' | 'abort', count: number, note = '') => {
      const transaction = await producer.beginTransaction();
      const orders = [];
      for (; count > 0; count--) {
        const order = { ...generateOrder(5, index++), note };
        orders.push(order);
        const value = Buffer.from(JSON.stringify(order));
        await transaction.send({ messages: [{ topic: stage.topic, partition: 0, value }] });
      }
      await transaction[end]();
      return orders;
    };
    try {
      // Two aborted ones of a producer in one fetch; then one whose end is some fetches behind its start.
      await inTransaction('abort', 3);
      const first = await inTransaction('commit', 2);
      await inTransaction('abort', 3);
      await inTransaction('abort', 6, 'x'.repeat(500_000));
      const second = await inTransaction('commit', 2);
      await inTransaction('abort', 2);
      const service = await stage.serve();
      await untilAllCommitted(stage);
      const stored = await stage.sql<{ order_uid: string }>(
        'SELECT order_uid FROM orders ORDER BY kafka_offset',
      );
      assert.deepEqual(
        stored.map(({ order_uid }) => order_uid),
        [...first, ...second].map(({ order_uid }) => order_uid),
      );
      assert.deepEqual(await stage.sql('SELECT FROM dead_letters'), []);
      await inTransaction('abort', 1);
      await untilAllCommitted(stage);
      await until('the lag is 0', async () => (await metric(service.url, 'orders_consumer_lag')) === 0);
      assert.equal(await metric(service.url, 'orders_lost_total'), 0);
    } finally {
      await producer.close();
      await stage.close();
    }
  });

  test('records that the broker deletes unread are named in the log, once and exactly; the others are stored', async () => {
    const stage = await openStage({ partitions: 1 });
    try {
      await stage.ledger.send(load(6, 100, 1_000));
      let service = await stage.serve();
      await stage.settled();
      await service.stop();
      const unread = load(6, 300, 1_000, 100);
      await stage.ledger.send(unread);
      await asAdmin(stage.brokers, (admin) =>
        admin.deleteRecords({
          topics: [{ name: stage.topic, partitions: [{ partition: 0, offset: 250n }] }],
        }),
      );
      for (const record of unread.slice(0, 150)) {
        if ('order_uid' in record) stage.ledger.orders.delete(record.order_uid);
      }
      service = await stage.serve();
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
      assert.match(
        service.log(),
        /"partition":0,"from":"100","to":"249","msg":"the broker has deleted records/,
      );
      assert.equal(await metric(service.url, 'orders_lost_total'), 150);
      await service.stop();

      // The committed offsets expire: everything that is left is read again, and changes nothing.
      const before = await stage.checksum();
      await asAdmin(stage.brokers, (admin) =>
        admin.deleteConsumerGroupOffsets({
          groupId: stage.topic,
          topics: [{ name: stage.topic, partitionIndexes: [0] }],
        }),
      );
      service = await stage.serve();
      await stage.settled();
      assert.equal(await stage.checksum(), before);
      assert.equal(await metric(service.url, 'orders_lost_total'), 0);
      assert.equal(await metric(service.url, 'orders_consumed_total{outcome="skipped"}'), 150);
    } finally {
      await stage.close();
    }
  });

  test('I3: everything three times, then the group is reset to the earliest offset: no row changes', async () => {
    const stage = await openStage();
    try {
      const records = load(7, 600, 50);
      await stage.ledger.send(records);
      let service = await stage.serve();
      await stage.settled();
      const rows = () =>
        stage.sql('SELECT order_uid, document, received_at, kafka_offset FROM orders ORDER BY order_uid');
      const before = await rows();
      const good = records.filter((record) => 'order_uid' in record);
      await stage.ledger.send([...good, ...good]);
      await stage.settled();
      assert.deepEqual(await rows(), before);
      await service.stop();
      const sum = await stage.checksum();
      await asAdmin(stage.brokers, (admin) =>
        admin.alterConsumerGroupOffsets({
          groupId: stage.topic,
          topics: [
            {
              name: stage.topic,
              partitionOffsets: [0, 1, 2].map((partition) => ({ partition, offset: 0n })),
            },
          ],
        }),
      );
      service = await stage.serve();
      await stage.settled();
      assert.equal(await stage.checksum(), sum);
      assert.equal(
        await metric(service.url, 'orders_consumed_total{outcome="skipped"}'),
        stage.ledger.acknowledged,
      );
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await stage.close();
    }
  });

  test('I3: the topic is deleted and created again while the service runs: the new records are stored', async () => {
    const stage = await openStage();
    try {
      const service = await stage.serve();
      await stage.ledger.send(load(8, 400, 1_000));
      await stage.settled();
      await deleteTopic(stage.brokers, stage.topic);
      stage.ledger.forgetEnds();
      await ensureTopic(stage.brokers, stage.topic, 3);
      const again = await openStage({ topic: stage.topic, databaseUrl: stage.databaseUrl });
      try {
        for (const [orderUid, document] of stage.ledger.orders) again.ledger.orders.set(orderUid, document);
        await again.ledger.send(load(8, 400, 100, 400));
        await again.settled();
        assert.deepEqual(await again.damages(service), []);
      } finally {
        await again.close();
      }
    } finally {
      await stage.close();
    }
  });
});
