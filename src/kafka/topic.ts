/** Creating the topic of orders, so that a fresh cluster needs no preparation by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, findErrorBy } from '@platformatic/kafka';

const withinMs = 10_000;

/**
 * Creates `topic` with `partitions` partitions unless it exists; an existing topic is left as it is, also
 * when it has another number of partitions. Resolves when each partition has a leader, so that a producer or
 * consumer started next does not meet an unknown topic. Rejects when the broker refuses, when it is not done within 10 seconds,
 * and when `signal` is aborted.
 */
export async function ensureTopic(
  brokers: string[],
  topic: string,
  partitions: number,
  signal?: AbortSignal,
): Promise<{ created: boolean }> {
  signal?.throwIfAborted();
  const admin = new Admin({
    clientId: 'order-service-topic',
    bootstrapBrokers: brokers,
    connectTimeout: 3_000,
    requestTimeout: 5_000,
    retries: 1,
    retryDelay: 250,
  });
  // The library's retries multiply, one inside the other; closing is what ends them in time.
  let expired = false;
  const deadline = setTimeout(() => {
    expired = true;
    void admin.close();
  }, withinMs);
  const onAbort = () => void admin.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    // Looked at before it is created: who may only write to the topic needs no right to create it.
    if (await isReady(admin, topic)) return { created: false };
    const created = await create(admin, topic, partitions);
    while (!(await isReady(admin, topic))) await sleep(50, undefined, { signal });
    return { created };
  } catch (error) {
    if (expired)
      throw new Error(`no answer about topic ${topic} within ${withinMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
    await admin.close();
  }
}

async function create(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    await admin.createTopics({ topics: [topic], partitions });
    return true;
  } catch (error) {
    if (is(error, 'apiId', 'TOPIC_ALREADY_EXISTS')) return false; // someone else was faster
    throw error;
  }
}

async function isReady(admin: Admin, topic: string): Promise<boolean> {
  try {
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
    const partitions = metadata.topics.get(topic)?.partitions ?? [];
    return partitions.length > 0 && partitions.every(({ leader }) => metadata.brokers.has(leader));
  } catch (error) {
    // The library turns the broker's UNKNOWN_TOPIC_OR_PARTITION into an error of its own, without the code.
    if (error instanceof Error && error.message.startsWith('Unknown topic')) return false;
    if (is(error, 'hasStaleMetadata', true)) return false;
    throw error;
  }
}

function is(error: unknown, property: string, value: unknown): boolean {
  return error instanceof Error && findErrorBy(error, property, value) !== null;
}
