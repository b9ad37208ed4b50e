/** `serve`: the service, with the embedded Kafka and PostgreSQL where no others are given. */
import { join } from 'node:path';
import { pause } from '../core/backoff.ts';
import canonicalOrder from '../core/canonical-order.json' with { type: 'json' };
import type { Config } from '../config.ts';
import { lockDataDir } from '../embedded/data-dir.ts';
import { startKafka } from '../embedded/kafka.ts';
import { startPostgres } from '../embedded/postgres.ts';
import type { EmbeddedServer } from '../embedded/server-process.ts';
import { startService, type Service } from '../service.ts';
import type { Logger } from '../telemetry/logger.ts';

const readyPollMs = 50;

/** A stop that takes longer is cut short: whoever runs the service may send SIGKILL after 10 s. */
const stopPatienceMs = 9_500;

/** Runs until the first signal, and resolves with the exit code. A second signal ends it at once. */
export async function serve(config: Config, logger: Logger): Promise<number> {
  const ends: (() => Promise<void>)[] = [];
  const servers: EmbeddedServer[] = [];
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      if (stopping.signal.aborted) return endAtOnce(servers);
      logger.info({ signal }, 'stopping (once more ends it at once)');
      stopping.abort();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });

  const start = async () => {
    const { brokers, databaseUrl } = await startEmbedded(config, logger, stopping.signal, ends, servers);
    stopping.signal.throwIfAborted();
    const embeddedKafka = config.kafka.brokers === undefined;
    // The lock of the data folder makes this instance the only one that has the broker for its own.
    const groupInstanceId = embeddedKafka ? 'embedded' : undefined;
    const service = await startService({ ...config, brokers, databaseUrl, groupInstanceId, logger });
    ends.unshift(() => service.stop());
    void service.failed.catch(() => {}); // it is awaited below, once the service is ready
    await untilReady(service, stopping.signal);
    if (embeddedKafka && (await service.isEmpty())) await publishCanonicalOrder(brokers, config.kafka.topic);
    process.stdout.write(whereToLook(service.url, brokers, databaseUrl, config));
    await Promise.race([service.failed, signalled]);
  };

  let code = 0;
  try {
    await start();
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.abort();
    const patience = setTimeout(() => {
      logger.error('it could not be stopped in order within 10 s: ending it');
      endAtOnce(servers);
    }, stopPatienceMs);
    for (const end of ends) {
      try {
        await end();
      } catch (err) {
        logger.error({ err }, 'a part could not be stopped in order');
        code = 1;
      }
    }
    clearTimeout(patience);
  }
  logger.info('stopped');
  return code;
}

async function startEmbedded(
  { kafka, databaseUrl, embedded }: Config,
  logger: Logger,
  signal: AbortSignal,
  ends: (() => Promise<void>)[],
  servers: EmbeddedServer[],
): Promise<{ brokers: string[]; databaseUrl: string }> {
  if (kafka.brokers && databaseUrl) return { brokers: kafka.brokers, databaseUrl };
  const lock = await lockDataDir(embedded.dataDir);
  ends.unshift(() => lock.release());
  const onProgress = (message: string) => logger.info(message);
  const started = async <T extends EmbeddedServer>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    servers.push(server);
    ends.unshift(() => server.stop());
    return server;
  };
  const options = { onProgress, signal };
  // Both are waited for, whatever becomes of the other, so that neither is left running.
  const [broker, database] = await Promise.allSettled([
    kafka.brokers ??
      started(startKafka({ ...options, dataDir: join(embedded.dataDir, 'kafka'), port: embedded.kafkaPort })),
    databaseUrl ??
      started(
        startPostgres({
          ...options,
          dataDir: join(embedded.dataDir, 'postgres'),
          port: embedded.postgresPort,
        }),
      ),
  ]);
  if (broker.status === 'rejected') throw broker.reason;
  if (database.status === 'rejected') throw database.reason;
  return {
    brokers: 'address' in broker.value ? [broker.value.address] : broker.value,
    databaseUrl: typeof database.value === 'string' ? database.value : database.value.url,
  };
}

async function untilReady(service: Service, signal: AbortSignal): Promise<void> {
  const poll = async () => {
    while (!service.readiness().ready) {
      signal.throwIfAborted();
      await pause(readyPollMs, signal);
    }
  };
  await Promise.race([service.failed, poll()]);
}

/** So that there is something to see. Only into the embedded Kafka: another's topic is not ours to write to. */
async function publishCanonicalOrder(brokers: string[], topic: string): Promise<void> {
  const { createProducer } = await import('../kafka/producer.ts');
  const producer = createProducer({ brokers, clientId: 'order-service-sample' });
  try {
    await producer.send(topic, [{ key: canonicalOrder.order_uid, value: JSON.stringify(canonicalOrder) }]);
  } finally {
    await producer.close();
  }
}

function whereToLook(url: string, brokers: string[], databaseUrl: string, config: Config): string {
  const database = new URL(databaseUrl);
  // The embedded database's password is of this folder alone; another's is not ours to show.
  if (config.databaseUrl && database.password) database.password = '***';
  const { order_uid } = canonicalOrder;
  return `
  Orders are served.
    page      ${url}/
    a sample  ${url}/?order_uid=${order_uid}
    as JSON   ${url}/order/order?order_uid=${order_uid}
    Kafka     kcat -b ${brokers.join(',')} -t ${config.kafka.topic} -C
    database  psql '${database.href}'
  Send some orders from another terminal with: make produce
  Ctrl-C stops everything.

`;
}

function endAtOnce(servers: EmbeddedServer[]): never {
  for (const { pid } of servers) process.kill(pid, 'SIGKILL');
  process.exit(1);
}
