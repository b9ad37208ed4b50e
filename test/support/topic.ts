/** Reading a whole topic, as any consumer of it would. */
import { Consumer, ListOffsetTimestamps, type Message } from '@platformatic/kafka';
import { kafkaBrokers, uniqueName } from './cluster.ts';

/** All records of a topic, in the order of partitions and offsets. */
export async function readAll(topic: string, brokers = kafkaBrokers): Promise<Message[]> {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: uniqueName('group'),
    bootstrapBrokers: brokers,
  });
  try {
    const ends = await consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST });
    const total = Number(ends.get(topic)!.reduce((sum, end) => sum + end, 0n));
    const messages: Message[] = [];
    if (total === 0) return messages;
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      autocommit: false,
      maxWaitTime: 100,
    });
    for await (const message of stream) if (messages.push(message) === total) break;
    await stream.close();
    return messages.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  } finally {
    await consumer.close(true);
  }
}
