/** Orders waiting in a topic. */
import { generateOrder } from '../src/core/generate.ts';
import type { Order } from '../src/core/order.ts';
import { createProducer } from '../src/kafka/producer.ts';
import { ensureTopic } from '../src/kafka/topic.ts';

const chunk = 5_000;

export interface BacklogOptions {
  brokers: string[];
  topic: string;
  count: number;
  /** The same seed makes the same ids. */
  seed: number;
  /** Makes another version of each order. */
  change?: (order: Order) => Order;
  onProgress?: (sent: number) => void;
}

/** Sends `count` orders to `topic`, which is created when missing. */
export async function fillBacklog(options: BacklogOptions): Promise<void> {
  const { brokers, topic, count, seed, change = (order) => order, onProgress } = options;
  await ensureTopic(brokers, topic, 6);
  const producer = createProducer({ brokers, clientId: 'bench' });
  try {
    for (let from = 0; from < count; from += chunk) {
      const records = Array.from({ length: Math.min(chunk, count - from) }, (_, index) => {
        const order = change(generateOrder(seed, from + index));
        return { key: order.order_uid, value: JSON.stringify(order) };
      });
      await producer.send(topic, records);
      onProgress?.(from + records.length);
    }
  } finally {
    await producer.close();
  }
}
