/** A real Apache Kafka of one node, broker and controller in one Java process, for a machine without one. */
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { kafkaJars, requireJava } from './kafka-jars.ts';
import { answersApiVersions } from './kafka-ready.ts';
import { formatStorage } from './kafka-storage.ts';
import { claimPort, loopback } from './port.ts';
import { endOrphan, startServer, type EmbeddedOptions, type EmbeddedServer } from './server-process.ts';

const setting = 'EMBEDDED_KAFKA_PORT';
const projectDir = join(import.meta.dirname, '..', '..');
const log4j = join(import.meta.dirname, 'kafka-log4j2.properties');

/**
 * Resolves when the broker answers requests, 2 to 3 s after the jars are there. Ends an orphan of an earlier run
 * in the same folder first. Throws an EmbeddedError when Java, Maven, the port or the folder stands in the way.
 */
export async function startKafka(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { onProgress, signal } = options;
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dir = await realpath(options.dataDir);
  const config = join(dir, 'server.properties');
  const identity = {
    name: 'Kafka',
    dir,
    marker: `kafka.Kafka ${config}`,
    stopSignals: ['SIGTERM', 'SIGKILL'],
  } as const;

  await endOrphan(identity, onProgress);
  const port = await claimPort(options.port, setting);
  await requireJava();
  const jars = await kafkaJars(join(projectDir, '.kafka'), onProgress, signal);
  const java = [
    '-Xmx512m',
    // Half the time to start; the broker moves bytes and gains little from the optimizing compiler.
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    `-Dlog4j2.configurationFile=${log4j}`,
    `-Dkafka.logs.dir=${join(dir, 'logs')}`,
    '-cp',
    join(jars, '*'),
  ];
  return startServer(
    {
      ...identity,
      address: `${loopback}:${port}`,
      command: { file: 'java', args: [...java, 'kafka.Kafka', config] },
      // The controller talks only to its own process: it takes another free port at each start.
      prepare: async () => {
        const properties = brokerProperties(port, await claimPort(0, setting));
        await formatStorage(dir, java, properties);
        await writeFile(config, `${properties}\nlog.dirs=${join(dir, 'data')}\n`);
      },
      isReady: () => answersApiVersions(port),
    },
    options,
  );
}

/** Everything but `log.dirs`. What is not here is Kafka's default. */
function brokerProperties(port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${loopback}:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${loopback}:${port},CONTROLLER://${loopback}:${controllerPort}
advertised.listeners=PLAINTEXT://${loopback}:${port}
auto.create.topics.enable=false
delete.topic.enable=true

# One broker holds the only copy.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# Fewer partitions of internal topics and smaller buffers: a faster start, and 512 MB are enough.
offsets.topic.num.partitions=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
log.cleaner.dedupe.buffer.size=16777216

# After a kill -9 the controller takes the broker back only when its old session has run out.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=250

# There is no second consumer to wait for, and a dead one is noticed as soon as its client asks.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000`;
}
