/** The dead letters' part of the composition: what mends, publishes and removes them. */
import { once } from 'node:events';
import { DeadLetterPublisher, type Publication } from './core/dead-letter-publisher.ts';
import { removeOldDeadLetters } from './core/dead-letter-retention.ts';
import type { Feed } from './core/feed.ts';
import type { Lookup } from './core/lookup.ts';
import { Replay } from './core/replay.ts';
import type { Config } from './config.ts';
import { PostgresDeadLetterOutbox, removeDeadLetters } from './postgres/dead-letter-outbox.ts';
import { PostgresDeadLetterStore } from './postgres/dead-letters.ts';
import type { OrderWriter } from './postgres/order-writer.ts';
import { createPool } from './postgres/pool.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface DeadLettersOptions extends Pick<Config, 'kafka' | 'checkTotals' | 'deadLetters'> {
  brokers: string[];
  databaseUrl: string;
  orders: OrderWriter;
  lookup: Pick<Lookup, 'forget'>;
  feed: Feed;
  metrics: Metrics;
  logger: Logger;
  onPoolError: (error: Error) => void;
}

export interface DeadLetters {
  store: PostgresDeadLetterStore;
  replay: Replay;
  /** Some have just been kept. */
  onKept(): void;
  /** Publishes and removes them, where that is set, until `stop` is aborted. Never rejects. */
  run(stop: AbortSignal): Promise<void>;
  /** Disconnects, once `run` has ended. */
  close(): Promise<void>;
}

/** Apart from those of batches and reads, so that none of them waits for an operator. */
const connections = 2;
const timeoutMs = 10_000;

/** The broker has some time-outs of its own, one after the other. */
const publishingTimeoutMs = 120_000;

/** Joins the parts. Connects to nothing yet. */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { databaseUrl: url, orders, lookup, feed, checkTotals, metrics, logger, onPoolError } = options;
  const pool = createPool({ url, max: connections, timeoutMs, onError: onPoolError });
  const store = new PostgresDeadLetterStore({ pool, orders });
  const replay = new Replay({
    store,
    lookup,
    options: { checkTotals },
    onReplayed(result) {
      metrics.replay(result);
      const { id, outcome, attempts } = result;
      if (outcome === 'replayed') feed.stored(1);
      logger.info({ id, outcome, attempts }, 'replayed a dead letter');
    },
  });
  const { topic, retentionDays } = options.deadLetters;
  let wake = () => {};

  const publish = async (topic: string, stop: AbortSignal) => {
    const { deadLetterTopic } = await import('./kafka/dead-letter-topic.ts');
    const { createProducer } = await import('./kafka/producer.ts');
    const { brokers, kafka } = options;
    const outboxPool = createPool({
      url,
      max: 1,
      timeoutMs,
      idleInTransactionMs: publishingTimeoutMs,
      onError: onPoolError,
    });
    const producer = createProducer({ brokers, clientId: 'order-service-dead-letters' });
    // What it is waiting for is given up: it is published after the next start.
    const closed = once(stop, 'abort').then(() => producer.close());
    const publisher = new DeadLetterPublisher({
      outbox: new PostgresDeadLetterOutbox(outboxPool),
      publish: deadLetterTopic({ brokers, topic, partitions: kafka.partitions, producer, signal: stop }),
      observer: observePublishing(metrics, logger),
    });
    wake = () => publisher.wake();
    await publisher.run(stop);
    await closed.catch((fault: unknown) =>
      logger.warn({ fault }, 'the producer could not be closed in order'),
    );
    await outboxPool.end();
  };

  const remove = (olderThanDays: number, stop: AbortSignal) =>
    removeOldDeadLetters(
      {
        remove: (limit) => removeDeadLetters(pool, { olderThanDays, publishing: topic !== undefined, limit }),
        onRemoved(count) {
          metrics.removed(count);
          logger.info({ count, olderThanDays }, 'removed old dead letters');
        },
        onFault(fault) {
          metrics.fault('dead_letters');
          logger.warn({ fault }, 'old dead letters could not be removed: trying again');
        },
      },
      stop,
    );

  return {
    store,
    replay,
    onKept: () => wake(),
    async run(stop) {
      await Promise.all([
        topic !== undefined && publish(topic, stop),
        retentionDays !== undefined && remove(retentionDays, stop),
      ]);
    },
    close: () => pool.end(),
  };
}

function observePublishing(metrics: Metrics, logger: Logger) {
  return {
    published(publication: Publication) {
      metrics.published(publication);
      for (const { id, reason } of publication.refused)
        logger.error({ id, reason }, 'DEAD_LETTER_TOPIC refuses a dead letter: it is in the table alone');
    },
    fault({ error, delayMs }: { error: unknown; delayMs: number }) {
      metrics.fault('dead_letters');
      logger.warn({ fault: error, delayMs }, 'dead letters could not be published: trying again');
    },
  };
}
