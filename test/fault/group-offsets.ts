/** What the broker says: how far the log reaches, and how far the group has come. */
import { Admin } from '@platformatic/kafka';
import { until } from '../support/wait.ts';

/** Runs `work` with an administrator of the broker. */
export async function asAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({
    clientId: 'fault-tests',
    bootstrapBrokers: brokers,
    retries: 10,
    retryDelay: 200,
  });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** The offset behind the last record of each partition. */
export async function endOffsets(
  brokers: string[],
  topic: string,
  partitions: number,
): Promise<Map<number, bigint>> {
  return asAdmin(brokers, async (admin) => {
    const requests = Array.from({ length: partitions }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1n,
    }));
    const [found] = await admin.listOffsets({ topics: [{ name: topic, partitions: requests }] });
    return new Map(found!.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  });
}

/** The committed offset of each partition that has one. */
export async function committedOffsets(
  brokers: string[],
  topic: string,
  groupId: string,
): Promise<Map<number, bigint>> {
  return asAdmin(brokers, async (admin) => {
    const groups = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    const partitions = groups[0]?.topics.find(({ name }) => name === topic)?.partitions ?? [];
    return new Map(
      partitions
        .filter(({ committedOffset }) => committedOffset >= 0n)
        .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
    );
  });
}

/** Deletes a topic. Resolves when it is gone: until then it looks as if it were there already for who makes it anew. */
export async function deleteTopic(brokers: string[], topic: string): Promise<void> {
  await asAdmin(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
  });
}
