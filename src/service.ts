/** The composition root: makes the parts, joins them, and ends them in order. */
import { once } from 'node:events';
import { OrderCache } from './core/cache.ts';
import { backoffMs, pause } from './core/backoff.ts';
import { Feed } from './core/feed.ts';
import { Lookup } from './core/lookup.ts';
import type { Config } from './config.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { Readiness } from './http/ops.ts';
import { startServer } from './http/server.ts';
import { IngestThread } from './ingest/thread.ts';
import { ChangeListener } from './postgres/change-listener.ts';
import { migrate, SchemaError } from './postgres/migrate.ts';
import { PostgresOrderReader } from './postgres/order-reader.ts';
import { OrderWriter } from './postgres/order-writer.ts';
import { createPool } from './postgres/pool.ts';
import type { Logger } from './telemetry/logger.ts';
import { Metrics } from './telemetry/metrics.ts';

export interface ServiceOptions extends Pick<
  Config,
  'kafka' | 'http' | 'cache' | 'batch' | 'checkTotals' | 'deadLetters'
> {
  brokers: string[];
  databaseUrl: string;
  /** An id in the consumer group that outlives this process; none other may have it. */
  groupInstanceId?: string | undefined;
  logger: Logger;
}

export interface Service {
  url: string;
  /** Rejects when the service can't go on; never resolves before `stop`. */
  failed: Promise<never>;
  readiness(): Readiness;
  /** Whether an order is stored at all. Rejects when the database does not answer. */
  isEmpty(): Promise<boolean>;
  /** Stores and acknowledges what was taken, leaves the group, answers the requests under way, and disconnects. */
  stop(): Promise<void>;
}

/** Connections for reads that the cache could not answer. */
const readers = 8;

const readTimeoutMs = 3_000;
const migrateTimeoutMs = 3_600_000;
const drainPatienceMs = 4_000;

/**
 * Starts to serve, at once: the database and the broker are waited for in the background, and `/readyz` says what
 * is missing. Rejects when the port can't be had.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { brokers, databaseUrl, groupInstanceId, kafka, batch, checkTotals, logger } = options;
  const stop = new AbortController();
  const giveUp = new AbortController();
  const instanceId = ChangeListener.newInstanceId();
  const restored = Promise.withResolvers<void>();
  let migrated = false;
  let deadLettersRunning = Promise.resolve();

  const cache = new OrderCache(options.cache);
  const metrics = new Metrics(cache);
  const onPoolError = (fault: Error) => logger.warn({ fault }, 'an idle connection to the database broke');
  const pool = createPool({ url: databaseUrl, max: readers, timeoutMs: readTimeoutMs, onError: onPoolError });
  const reader = new PostgresOrderReader(pool);
  const lookup = new Lookup(cache, reader);
  const feed = new Feed({ reader, onFault: () => metrics.fault('database') });
  const ingest = new IngestThread({
    settings: {
      brokers,
      databaseUrl,
      kafka,
      batch,
      checkTotals,
      groupInstanceId,
      instanceId,
      cacheCapacity: cache.capacity,
      logLevel: logger.level,
    },
    lookup,
    onMeasured(measurement) {
      metrics.ingest(measurement);
      if (measurement.about !== 'batch') return;
      const { outcomes } = measurement.summary;
      feed.stored(outcomes.stored + outcomes.updated);
      if (outcomes.dead_letter > 0) deadLetters.onKept();
    },
  });
  const deadLetters = createDeadLetters({
    ...options,
    orders: new OrderWriter(instanceId),
    lookup: ingest,
    feed,
    metrics,
    onPoolError,
  });
  const listener = new ChangeListener({
    url: databaseUrl,
    instanceId,
    async onConnected() {
      await ingest.restore();
      restored.resolve();
    },
    onChanged: (orderUids) => ingest.forget(orderUids),
    onFault(fault) {
      metrics.fault('listener');
      logger.warn({ fault }, 'the database does not answer: trying again');
    },
  });

  const readiness = (): Readiness => {
    const parts = {
      service: stop.signal.aborted ? 'is stopping' : 'ok',
      database: listener.connected ? 'ok' : 'does not answer (DATABASE_URL)',
      schema: migrated ? 'ok' : 'is not migrated yet',
      kafka: ingest.joined ? 'ok' : 'not in the consumer group (KAFKA_BROKERS)',
    };
    return { ready: Object.values(parts).every((part) => part === 'ok'), parts };
  };
  const server = await startServer({
    ...options.http,
    lookup,
    reader,
    deadLetters: deadLetters.store,
    replay: deadLetters.replay,
    feed,
    readiness,
    series: (since) => metrics.series(since),
    metrics: () => metrics.read(),
    onLookup: (result) => metrics.lookup(result),
    onRequest: (event) => metrics.request(event),
    onFault: (err) => logger.error({ err }, 'a request failed'),
  }).catch(async (error: unknown) => {
    await ingest.close();
    throw error;
  });

  const run = async () => {
    await migrateWhenReachable(databaseUrl, logger, stop.signal);
    if (stop.signal.aborted) return;
    migrated = true;
    listener.start();
    deadLettersRunning = deadLetters.run(stop.signal);
    // What is received from now on is newer than what is restored.
    await Promise.race([restored.promise, once(stop.signal, 'abort')]);
    await ingest.run(stop.signal, giveUp.signal);
  };
  const running = run();
  const failed = running.then(() => new Promise<never>(() => {}));

  return {
    url: server.url,
    failed,
    readiness,
    isEmpty: async () => (await reader.newest(1)).length === 0,
    async stop() {
      stop.abort();
      const patience = setTimeout(() => giveUp.abort(), drainPatienceMs);
      await running.catch(() => {}); // `failed` has told it
      clearTimeout(patience);
      await Promise.all([ingest.close(), server.close(), feed.close(), listener.stop(), deadLettersRunning]);
      await Promise.all([pool.end(), deadLetters.close()]);
    },
  };
}

/** Migrates once the database answers; a database that can't be worked with is an error. */
async function migrateWhenReachable(url: string, logger: Logger, stop: AbortSignal): Promise<void> {
  for (let attempt = 1; !stop.aborted; attempt++) {
    const pool = createPool({ url, max: 1, timeoutMs: migrateTimeoutMs, onError: () => {} });
    try {
      const applied = await migrate(pool);
      if (applied.length > 0) logger.info({ applied }, 'migrated the database');
      return;
    } catch (err) {
      if (err instanceof SchemaError) throw err;
      const delayMs = backoffMs(attempt);
      logger.warn(
        { fault: err, delayMs },
        'the database (DATABASE_URL) cannot be migrated yet: trying again',
      );
      await pause(delayMs, stop);
    } finally {
      await pool.end();
    }
  }
}
