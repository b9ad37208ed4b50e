/** The emulator: sends generated orders, or those of a file, to the topic. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer, SendError, type OrderProducer } from '../kafka/producer.ts';
import { reasonOf } from '../kafka/reason.ts';
import { ensureTopic } from '../kafka/topic.ts';
import { recordsOf, type FileRecord } from './produce-file.ts';
import { help, parseOptions, type ProduceOptions } from './produce-options.ts';
import { cycled, generated, withDuplicates, type Outgoing } from './produce-records.ts';
import { Tally, type Terminal } from './produce-tally.ts';
import { UsageError } from './usage.ts';

export interface ProduceConfig {
  brokers: string[];
  topic: string;
  /** Of the topic, if it has to be created. */
  partitions: number;
  /** Where the page is, for the link to a sample. */
  pageUrl?: string;
}

export interface ProduceOutput {
  stdout: NodeJS.WritableStream;
  stderr: Terminal;
}

/**
 * Runs `produce` with the arguments after its name and resolves with the exit code: 0 when everything was
 * acknowledged, also after `signal` has ended it early; 1 when something was not; 2 for wrong arguments.
 * Counts only what the broker has acknowledged. Never prints an order.
 */
export async function produce(
  args: string[],
  config: ProduceConfig,
  { stdout, stderr }: ProduceOutput,
  signal: AbortSignal,
): Promise<number> {
  const fail = (code: number, message: string) => {
    stderr.write(`produce: ${message}\n`);
    return code;
  };

  let options: ProduceOptions;
  let fromFile: FileRecord[] | undefined;
  try {
    options = parseOptions(args);
    if (options.help) {
      stdout.write(help);
      return 0;
    }
    if (options.file !== undefined) fromFile = await readRecords(options.file);
  } catch (error) {
    if (error instanceof UsageError) return fail(2, error.message);
    throw error;
  }

  try {
    const { created } = await ensureTopic(config.brokers, config.topic, config.partitions);
    if (created) stderr.write(`Created topic ${config.topic} with ${config.partitions} partitions.\n`);
  } catch (error) {
    return fail(
      1,
      `Kafka at ${config.brokers.join(', ')} cannot be used: ${reasonOf(error)}.\n` +
        'Start one with `make run` in another terminal, or set KAFKA_BROKERS to the host:port of yours.',
    );
  }

  const outgoing = withDuplicates(
    fromFile ? cycled(fromFile, options) : generated(options),
    options.duplicates,
  );
  const tally = new Tally(stderr);
  const producer = createProducer({ brokers: config.brokers, clientId: 'order-service-produce' });
  let gaveUp = false;
  let flushTimer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    flushTimer = setTimeout(() => {
      gaveUp = true;
      void producer.close();
    }, flushWithinMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  let failure: unknown;
  try {
    await sendAll(producer, config.topic, inBatches(outgoing, options.rate, signal), tally);
  } catch (error) {
    failure = error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(flushTimer);
    await producer.close();
    stdout.write(
      tally.summary(fromFile ? undefined : options.seed, config.pageUrl ?? 'http://127.0.0.1:8080/'),
    );
  }
  if (failure === undefined) return 0;
  if (gaveUp)
    return fail(1, `the last records were not acknowledged within ${flushWithinMs / 1000} s of the stop`);
  return fail(1, reasonOf(failure));
}

/** How long the records under way may take after Ctrl-C, when the broker does not answer. */
const flushWithinMs = 5_000;
/** Enough for full batches to each partition; small enough to stop at once and to bound memory. */
const maxBatch = 4_000;
const tickMs = 20;

async function readRecords(file: string): Promise<FileRecord[]> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError(
      `--file ${file} cannot be read: ${reasonOf(error)}. Give a file, or - for standard input.`,
    );
  }
  const records = recordsOf(bytes);
  if (records.length === 0) throw new UsageError(`--file ${file} holds no record: it is empty.`);
  return records;
}

/**
 * Hands out the records when they are due, until they or the signal end. What is due is reckoned from the
 * start, so a late timer or a slow broker is made up for and the rate does not drift.
 */
async function* inBatches(
  records: Iterator<Outgoing>,
  rate: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Outgoing[]> {
  const startedAt = performance.now();
  let taken = 0;
  while (!signal.aborted) {
    const elapsedMs = performance.now() - startedAt;
    const due = rate === undefined ? Infinity : Math.floor((elapsedMs / 1000) * rate) + 1 - taken;
    const batch: Outgoing[] = [];
    while (batch.length < Math.min(due, maxBatch)) {
      const { value, done } = records.next();
      if (done) {
        if (batch.length > 0) yield batch;
        return;
      }
      batch.push(value);
    }
    taken += batch.length;
    if (batch.length > 0) yield batch;
    if (rate !== undefined) {
      const untilNextMs = (taken / rate) * 1000 - (performance.now() - startedAt);
      await sleep(Math.max(tickMs, untilNextMs), undefined, { signal }).catch(() => undefined); // the loop ends
    }
  }
}

/** The next batch is made while one is under way. */
async function sendAll(
  producer: OrderProducer,
  topic: string,
  batches: AsyncIterable<Outgoing[]>,
  tally: Tally,
): Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  for await (const batch of batches) {
    await underWay;
    underWay = sendBatch(producer, topic, batch, tally);
    underWay.catch(() => undefined); // it is thrown by the next await
  }
  await underWay;
}

async function sendBatch(
  producer: OrderProducer,
  topic: string,
  batch: Outgoing[],
  tally: Tally,
): Promise<void> {
  try {
    await producer.send(topic, batch);
    tally.add(batch);
  } catch (error) {
    if (error instanceof SendError) tally.add(batch.filter((_, i) => error.acknowledged[i] !== undefined));
    throw error;
  }
}
