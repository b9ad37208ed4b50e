/** A member that drops out of its group without a word from the library: it comes back by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { OrderConsumer } from '../../src/kafka/consumer.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { kafkaBrokers, uniqueName } from '../support/cluster.ts';
import { send } from '../support/service.ts';
import { createStore, type TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** https://kafka.apache.org/protocol#protocol_api_keys */
const apiKeys = { joinGroup: 11, heartbeat: 12 };

/** Whether the requests of the group in `bytes` have one of this kind: each begins with its size and its key. */
function hasRequest(bytes: Buffer, apiKey: number): boolean {
  for (let at = 0; at + 6 <= bytes.length; at += 4 + bytes.readInt32BE(at)) {
    if (bytes.readInt16BE(at + 4) === apiKey) return true;
  }
  return false;
}

describe('a member of the group', { concurrency: true }, () => {
  let db: TestStore;
  before(async () => {
    db = await createStore();
  });
  after(() => db.close());

  async function join(topic: string, broker: string) {
    const faults: string[] = [];
    const seen = new Set<string>();
    const stopping = new AbortController();
    const consumer = new OrderConsumer({
      brokers: [broker],
      topic,
      partitions: 2,
      groupId: topic,
      clientId: 'member',
      fence: (topicId) => db.store.fence(topicId),
      onFault: ({ error }) => faults.push(String(error)),
      onAssigned: () => {},
      onBehind: () => {},
    });
    const reading = (async () => {
      for await (const chunk of consumer.chunks(stopping.signal)) {
        for (const { value } of chunk) seen.add(String(value));
      }
    })();
    return {
      faults,
      seen,
      isIn: () => consumer.joined,
      async leave() {
        stopping.abort();
        await reading;
        await consumer.close();
      },
    };
  }

  type Member = Awaited<ReturnType<typeof join>>;

  /** Runs `work` with a member behind a proxy, once it is in the group. */
  async function withMember(
    work: (member: Member, proxy: Proxy, topic: string) => Promise<void>,
  ): Promise<void> {
    const topic = uniqueName('member');
    await ensureTopic(kafkaBrokers, topic, 2);
    const proxy = await startProxy(kafkaBrokers[0]!);
    const member = await join(topic, `127.0.0.1:${proxy.port}`);
    try {
      await until('it is in the group', member.isIn);
      await work(member, proxy, topic);
    } finally {
      await member.leave();
      await proxy.close();
    }
  }

  test('whose rejoin fails makes its session anew', () =>
    withMember(async (first, proxy, topic) => {
      proxy.onRequest = (bytes) =>
        first.faults.length === 0 && hasRequest(bytes, apiKeys.joinGroup) ? { loseAnswer: '' } : 'pass';
      const second = await join(topic, kafkaBrokers[0]!);
      try {
        await until('it is told', () => first.faults.length > 0);
        assert.doesNotMatch(first.faults[0]!, /has not answered for too long/);
        await until('both are in the group', () => first.isIn() && second.isIn(), 60_000);
        await send(
          topic,
          [0, 1].map((partition) => ({ key: null, value: `to ${partition}`, partition })),
        );
        await until('each has its part', () => first.seen.size === 1 && second.seen.size === 1);
      } finally {
        await second.leave();
      }
    }));

  test('that the coordinator does not answer any more makes its session anew', () =>
    withMember(async (member, proxy, topic) => {
      proxy.onRequest = (bytes) =>
        member.faults.length === 0 && hasRequest(bytes, apiKeys.heartbeat) ? { loseAnswer: '' } : 'pass';
      await until('it is told', () => member.faults.length > 0, 60_000);
      assert.match(member.faults[0]!, /has not answered for too long/);
      await until('it is in the group again', member.isIn, 60_000);
      await send(topic, [{ key: null, value: 'afterwards' }]);
      await until('it has what came then', () => member.seen.has('afterwards'));
    }));
});
