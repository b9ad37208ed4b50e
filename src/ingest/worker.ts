/** The thread that ingests: its part of the composition root. */
import { workerData, type MessagePort } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { Ingest } from '../core/ingest.ts';
import { OrderConsumer } from '../kafka/consumer.ts';
import { PostgresOrderStore } from '../postgres/order-store.ts';
import { OrderWriter } from '../postgres/order-writer.ts';
import { createPool } from '../postgres/pool.ts';
import { createLogger } from '../telemetry/logger.ts';
import { observeIngest } from './observer.ts';
import { reportWrites, type Tell } from './reports.ts';

export interface IngestSettings extends Pick<Config, 'kafka' | 'batch' | 'checkTotals'> {
  brokers: string[];
  databaseUrl: string;
  /** An id in the consumer group that outlives this process; none other may have it. */
  groupInstanceId: string | undefined;
  /** Of this process, for the others that share the database. */
  instanceId: string;
  /** Orders in the cache, at most. */
  cacheCapacity: number;
  logLevel: string;
}

export interface IngestWorkerData {
  port: MessagePort;
  settings: IngestSettings;
}

/** What it is told to do. `giveUp`: what cannot be stored is left, Kafka delivers it again. */
export type Command = 'run' | 'stop' | 'giveUp' | 'close';

/** Transactions in flight at once: with two, one is decoded and written while the database commits the other. */
const lanes = 2;

const writeTimeoutMs = 15_000;
const fenceTimeoutMs = 3_000;
const joinedIntervalMs = 20;
/** Said anew even when nothing has changed: it tells that this thread lives. */
const joinedAnewMs = 500;
const lagIntervalMs = 2_000;

const { port, settings } = workerData as IngestWorkerData;
const { brokers, databaseUrl, kafka, instanceId } = settings;
const logger = createLogger(settings.logLevel);
const stop = new AbortController();
const giveUp = new AbortController();
const tell: Tell = (report, transfer = []) => port.postMessage(report, transfer);

const pool = {
  url: databaseUrl,
  onError: (fault: Error) => logger.warn({ fault }, 'an idle connection to the database broke'),
};
const writer = createPool({ ...pool, max: lanes, timeoutMs: writeTimeoutMs });
const reader = createPool({ ...pool, max: 1, timeoutMs: fenceTimeoutMs });
const store = new PostgresOrderStore({ writer, reader, orders: new OrderWriter(instanceId) });
const consumer = new OrderConsumer({
  brokers,
  topic: kafka.topic,
  partitions: kafka.partitions,
  groupId: kafka.groupId,
  clientId: `order-service-${instanceId}`,
  groupInstanceId: settings.groupInstanceId,
  fence: (topicId) => store.fence(topicId),
  onAssigned: (partitions) => logger.info({ partitions }, 'joined the consumer group'),
  onFault({ error, delayMs }) {
    tell({ about: 'fault', part: 'kafka' });
    logger.warn({ fault: error, delayMs }, 'reading from Kafka was broken off: trying again');
  },
  onBehind({ partition, from, committed }) {
    logger.warn(
      { partition, from: String(from), committed: String(committed) },
      'the database is behind the offsets that the group has committed (was it restored from an older backup?): what it lacks is read again',
    );
  },
});
const ingest = new Ingest({
  source: consumer,
  store,
  lookup: reportWrites(tell, settings.cacheCapacity),
  observer: observeIngest(tell, logger),
  options: { ...settings.batch, checkTotals: settings.checkTotals, lanes },
});

let said = { joined: false, at: -Infinity };
const joinedTimer = setInterval(() => {
  const { joined } = consumer;
  const now = performance.now();
  if (joined === said.joined && now - said.at < joinedAnewMs) return;
  said = { joined, at: now };
  tell({ about: 'joined', joined });
}, joinedIntervalMs);
const lagTimer = setInterval(() => {
  const measured = consumer.passEmpty().then(() => consumer.lag());
  measured.then(
    (records) => records !== undefined && tell({ about: 'lag', records }),
    (fault: unknown) => logger.debug({ fault }, 'the lag could not be read'),
  );
}, lagIntervalMs);

const commands: Record<Command, () => void | Promise<void>> = {
  async run() {
    await ingest.run(stop.signal, giveUp.signal);
    tell({ about: 'drained' });
  },
  stop: () => stop.abort(),
  giveUp: () => giveUp.abort(),
  async close() {
    clearInterval(joinedTimer);
    clearInterval(lagTimer);
    await Promise.all([consumer.close(), writer.end(), reader.end()]);
    // Ends this thread, whatever a broker that does not answer has left open.
    process.exit();
  },
};
// What one of them throws is a bug, and ends the thread.
port.on('message', (command: Command) => void commands[command]());
