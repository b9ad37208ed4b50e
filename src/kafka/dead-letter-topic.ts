/** The topic of dead letters: each with its original key and bytes, and headers that say where it came from and why. */
import { findErrorBy } from '@platformatic/kafka';
import type { Publication } from '../core/dead-letter-publisher.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import { SendError, type OrderProducer, type OutgoingRecord } from './producer.ts';
import { reasonOf } from './reason.ts';
import { ensureTopic } from './topic.ts';

export interface DeadLetterTopicOptions {
  brokers: string[];
  topic: string;
  /** Of the topic when it has to be created. */
  partitions: number;
  producer: OrderProducer;
  /** Ends waiting for the broker. */
  signal: AbortSignal;
}

/** Publishes to `topic`, which is created when it is missing. What it returns never rejects. */
export function deadLetterTopic({ brokers, topic, partitions, producer, signal }: DeadLetterTopicOptions) {
  let ensured = false;

  return async function publish(letters: DeadLetter[]): Promise<Publication> {
    const publication: Publication = { published: [], refused: [] };
    let rest = letters;
    // After a batch that was too large they go one by one, until the one that is too large is alone.
    let atOnce = letters.length;
    try {
      if (!ensured) await ensureTopic(brokers, topic, partitions, signal);
      ensured = true;
      while (rest.length > 0) {
        const batch = rest.slice(0, atOnce);
        try {
          await producer.send(topic, batch.map(toRecord));
          publication.published.push(...batch.map(({ id }) => id));
          rest = rest.slice(batch.length);
        } catch (error) {
          if (!(error instanceof SendError) || !isTooLarge(error)) throw noted(error, batch, publication);
          const left = batch.filter((_, index) => error.acknowledged[index] === undefined);
          noted(error, batch, publication);
          rest = [...left, ...rest.slice(batch.length)];
          if (batch.length === 1) {
            publication.refused.push({
              id: batch[0]!.id,
              reason: `Kafka refuses it: ${reasonOf(error.cause)}`,
            });
            rest = rest.slice(1);
          }
          atOnce = 1;
        }
      }
    } catch (error) {
      // It may have been deleted.
      ensured = false;
      publication.fault = error;
    }
    return publication;
  };
}

/** Adds those that were acknowledged before `error`, and returns that. */
function noted(error: unknown, batch: DeadLetter[], { published }: Publication): unknown {
  if (error instanceof SendError) {
    batch.forEach(({ id }, index) => error.acknowledged[index] && published.push(id));
  }
  return error;
}

function isTooLarge({ cause }: SendError): boolean {
  if (!(cause instanceof Error)) return false;
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].some(
    (id) => findErrorBy(cause, 'apiId', id) !== null,
  );
}

const ownHeaders = new Set(['dlq-reason', 'dlq-topic', 'dlq-partition', 'dlq-offset', 'dlq-timestamp']);

function toRecord(letter: DeadLetter): OutgoingRecord {
  const { topic, partition, offset, reason, record_timestamp, key, value } = letter;
  const own: Record<string, string> = {
    'dlq-reason': reason,
    'dlq-topic': topic,
    'dlq-partition': String(partition),
    'dlq-offset': offset,
    'dlq-timestamp': String(record_timestamp.getTime()),
  };
  return {
    key,
    value,
    headers: [
      // One that was here before, and was sent to the topic of orders again, has them already: they would grow.
      ...letter.headers.filter(([name]) => !ownHeaders.has(name.toString())),
      ...Object.entries(own).map(([name, text]): [Buffer, Buffer] => [Buffer.from(name), Buffer.from(text)]),
    ],
  };
}
