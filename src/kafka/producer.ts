/**
 * Sending records. Idempotent and acknowledged by all in-sync replicas: a record that is acknowledged is in the
 * log once, and records of one key are in the order they were sent in, also after a lost connection.
 *
 * Each request carries one batch for one partition, and one request is under way at a time. So a request is
 * written as a whole or not at all, and a retry cannot overtake or double a neighbour: the library numbers the
 * batches of a producer anew when a request fails for good, whatever else is still on the wire.
 */
import { compatibilityPartitioner, Producer, type MessageToProduce } from '@platformatic/kafka';
import { reasonOf } from './reason.ts';

export interface OutgoingRecord {
  /** Records with the same key go to the same partition, the one that the Java client would choose. */
  key: Buffer | string | null;
  /** `null` is a tombstone. */
  value: Buffer | string | null;
  /** Pairs where a name comes more than once, is not text, or has no value. */
  headers?: Record<string, Buffer | string> | [name: Buffer, value: Buffer | null][];
  /** Overrides the choice by key. */
  partition?: number;
  /** Unix milliseconds; now when left out. */
  timestamp?: number;
}

export interface Acknowledged {
  topic: string;
  partition: number;
  offset: bigint;
}

/** Not everything was acknowledged. What was not may still have been written: the answer can have been lost. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** In the order of the records; `undefined` where no acknowledgement came. */
  readonly acknowledged: (Acknowledged | undefined)[];

  constructor(acknowledged: (Acknowledged | undefined)[], cause: unknown) {
    const missing = acknowledged.filter((one) => one === undefined).length;
    super(`${missing} of ${acknowledged.length} records were not acknowledged: ${reasonOf(cause)}`, {
      cause,
    });
    this.acknowledged = acknowledged;
  }
}

export interface OrderProducer {
  /**
   * Sends the records and resolves when all are acknowledged, with their places in the order of `records`.
   * Calls made while another is under way wait for it, so the order of the calls is kept. The topic must exist.
   * Rejects with SendError when the broker refuses a batch, and when one is not acknowledged within 30 seconds,
   * because no broker answers or the topic is unknown. What comes after it is then not sent.
   */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<Acknowledged[]>;
  /** Disconnects. What has not been acknowledged is given up, and its `send` rejects. */
  close(): Promise<void>;
}

export interface ProducerOptions {
  /** `host:port` of each. */
  brokers: string[];
  clientId: string;
  /** Of one batch; the broker refuses what is over its `max.message.bytes`, 1,048,588 unless configured. */
  maxBatchBytes?: number;
}

const deliverWithinMs = 30_000;

/** Connects at the first `send`, and again by itself whenever the connection is lost. */
export function createProducer({
  brokers,
  clientId,
  maxBatchBytes = 900_000,
}: ProducerOptions): OrderProducer {
  const connect = () =>
    new Producer({
      clientId,
      bootstrapBrokers: brokers,
      idempotent: true,
      retryDelay: 100,
      requestTimeout: 10_000,
    });
  let client = connect();

  // The library retries an idempotent producer for ever, and a `retries` of its own counts neither the time that
  // a request takes nor the retries inside it. Closing the client is what ends them.
  const inTime = async <T>(work: (client: Producer) => Promise<T>): Promise<T> => {
    const current = client;
    let expired = false;
    const deadline = setTimeout(() => {
      expired = true;
      void current.close();
    }, deliverWithinMs);
    try {
      return await work(current);
    } catch (error) {
      if (!expired) throw error;
      client = connect();
      throw new Error(`no broker took them within ${deliverWithinMs / 1000} s`, { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  let nextWithoutKey = 0;

  const send = async (topic: string, records: readonly OutgoingRecord[]): Promise<Acknowledged[]> => {
    const acknowledged = Array.from<Acknowledged | undefined>({ length: records.length });
    try {
      const metadata = await inTime((client) => client.metadata({ topics: [topic] }));
      const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
      const choose = (message: Message) => {
        const { key, partition } = message;
        if (partition === undefined) {
          return key ? compatibilityPartitioner(message, key) % count : nextWithoutKey++ % count;
        }
        // The library would take it modulo the number of partitions, without a word.
        if (partition < count) return partition;
        throw new RangeError(
          `Topic ${topic} has ${count} partitions, so there is no partition ${partition}.`,
        );
      };
      for (const batch of toBatches(topic, records, choose, maxBatchBytes)) {
        const { offsets } = await inTime((client) => client.send({ messages: batch.messages }));
        const first = offsets?.[0];
        if (!first) throw new Error('The broker acknowledged a batch without saying where it is.');
        batch.places.forEach((place, i) => {
          acknowledged[place] = { topic, partition: batch.partition, offset: first.offset + BigInt(i) };
        });
      }
    } catch (error) {
      throw new SendError(acknowledged, error);
    }
    return acknowledged as Acknowledged[];
  };

  return {
    send(topic, records) {
      const sending = last.then(() => send(topic, records));
      last = sending.catch(() => undefined); // the caller of that send has the error
      return sending;
    },
    close: () => client.close(),
  };
}

type Message = MessageToProduce;

interface Batch {
  partition: number;
  messages: Message[];
  /** Where each message stands among the records given to `send`. */
  places: number[];
  bytes: number;
}

/** What a record costs in a batch beyond its key, value and headers: lengths, offset and time, at most. */
const recordOverheadBytes = 36;

/** Splits by partition, then by bytes, keeping the order within a partition. A record over the limit goes alone. */
function toBatches(
  topic: string,
  records: readonly OutgoingRecord[],
  choose: (message: Message) => number,
  maxBytes: number,
): Batch[] {
  const batches: Batch[] = [];
  const open = new Map<number, Batch>();
  records.forEach((record, place) => {
    const message = toMessage(topic, record);
    const partition = choose(message);
    message.partition = partition;
    const bytes = sizeOf(message);
    let batch = open.get(partition);
    if (!batch || batch.bytes + bytes > maxBytes) {
      batch = { partition, messages: [], places: [], bytes: 0 };
      open.set(partition, batch);
      batches.push(batch);
    }
    batch.messages.push(message);
    batch.places.push(place);
    batch.bytes += bytes;
  });
  return batches;
}

function toMessage(topic: string, { key, value, headers, partition, timestamp }: OutgoingRecord): Message {
  const message: Message = { topic };
  if (key !== null) message.key = toBuffer(key);
  if (value !== null) message.value = toBuffer(value);
  if (partition !== undefined) message.partition = partition;
  if (timestamp !== undefined) message.timestamp = BigInt(timestamp);
  if (headers) {
    // The library's types know no null, its format does. Names that are equal are different keys of the map: buffers.
    message.headers = new Map(
      Array.isArray(headers)
        ? (headers as [Buffer, Buffer][])
        : Object.entries(headers).map(([name, text]) => [toBuffer(name), toBuffer(text)]),
    );
  }
  return message;
}

function sizeOf({ key, value, headers }: Message): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers instanceof Map) {
    for (const [name, text] of headers as Map<Buffer, Buffer | null>) {
      bytes += name.length + (text?.length ?? 0) + 10;
    }
  }
  return bytes;
}

function toBuffer(text: Buffer | string): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
