/**
 * Records from Kafka, as a member of a consumer group.
 *
 * The library's defaults lose records (it commits by itself, and starts at the end of the log), so each is set
 * here. A rejoin or a lost broker can destroy its stream: the session is then closed and made anew, from the
 * offsets that were committed, or from the fence of the database where that is behind them.
 */
import { setImmediate } from 'node:timers/promises';
import { backoffMs, pause } from '../core/backoff.ts';
import type { Source } from '../core/ingest.ts';
import type { SourceRecord } from '../core/record.ts';
import type { Gap, NextOffsets } from '../core/store.ts';
import { FencedConsumer, type ReadFence } from './fenced-consumer.ts';
import { take, toRecord, type Stream } from './message.ts';
import { ensureTopic } from './topic.ts';

export interface ConsumerOptions {
  brokers: string[];
  topic: string;
  /** Partitions of the topic when it has to be created. */
  partitions: number;
  groupId: string;
  clientId: string;
  /**
   * The same after a restart (static membership, KIP-345): the place of an instance that was killed is taken over
   * at once, not when its session has timed out. No two instances may have the same.
   */
  groupInstanceId?: string | undefined;
  /** Rejects when the database does not answer: nothing is read then, and the session is made anew. */
  fence: ReadFence;
  /** The session was lost and is made anew after `delayMs`. */
  onFault: (fault: { error: unknown; attempt: number; delayMs: number }) => void;
  /** The group has given this member partitions. */
  onAssigned: (partitions: number[]) => void;
  /** Records from offset `from` on come again though the group has `committed` them: the database lacks them. */
  onBehind: (behind: { partition: number; from: bigint; committed: bigint }) => void;
}

/**
 * Without a heartbeat for so long the session is made anew: the library stops to send them when a rejoin fails, and
 * would stay out of the group for good. Longer than a rejoin may take.
 */
const lostAfterMs = 20_000;

/** Without a heartbeat for so long the member is no longer counted as in the group. */
const heartbeatPatienceMs = 4_000;

/** A client that the broker does not answer is left behind after so long. */
const closePatienceMs = 3_000;

interface Session {
  consumer: FencedConsumer;
  stream: Stream;
  topicId: string;
  joinedAt: number;
  /** By partition, the offset behind the last record that was handed on, and the last that was committed. */
  handedOn: Map<number, bigint>;
  committed: Map<number, bigint>;
}

export class OrderConsumer implements Source {
  readonly #options: ConsumerOptions;
  #session: Session | undefined;
  /** Resolves when a session that was given up while it was being opened has ended. */
  #abandoned: Promise<void> | undefined;
  #topicEnsured = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** Whether this instance is in the group: assigned, and heard by the coordinator within the last seconds. */
  get joined(): boolean {
    if (!this.#session?.consumer.isActive() || !this.#session.consumer.assignments) return false;
    return silentMs(this.#session) < heartbeatPatienceMs;
  }

  async *chunks(signal: AbortSignal): AsyncGenerator<SourceRecord[]> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const session = await this.#open(signal);
        if (!session) return;
        for await (const chunk of this.#read(session, signal)) {
          attempt = 0;
          yield chunk;
        }
      } catch (error) {
        const delayMs = backoffMs(Math.max(attempt, 1));
        this.#options.onFault({ error, attempt, delayMs });
        await this.close();
        await pause(delayMs, signal);
      }
    }
  }

  async commit({ topicId, offsets }: NextOffsets): Promise<void> {
    const session = this.#session;
    if (session?.topicId !== topicId) return;
    await this.#commit(session, offsets);
    for (const [partition, offset] of offsets) session.committed.set(partition, offset);
  }

  deleted({ partition, from, to }: Gap): Gap | undefined {
    const start = this.#session?.consumer.logStart.get(partition) ?? 0n;
    return start > from ? { partition, from, to: start < to ? start : to } : undefined;
  }

  /**
   * Acknowledges what lies behind the last record of a partition and is none: the marks of transactions, and what
   * aborted ones wrote. Without it the group would lag behind them for ever. Rejects when the broker does not answer.
   */
  async passEmpty(): Promise<void> {
    const session = this.#session;
    if (!session || !this.joined || session.stream.readableLength > 0) return;
    const { topic } = this.#options;
    const { stream, consumer, handedOn, committed } = session;
    const offsets = new Map<number, bigint>();
    for (const partition of consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? []) {
      const position = stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n;
      const known = stream.offsetsCommitted.get(`${topic}:${partition}`);
      const allStored = (committed.get(partition) ?? 0n) >= (handedOn.get(partition) ?? 0n);
      if (allStored && known !== undefined && position > known) offsets.set(partition, position);
    }
    if (offsets.size > 0) await this.#commit(session, offsets);
  }

  async #commit({ consumer }: Session, offsets: Map<number, bigint>): Promise<void> {
    const { topic } = this.#options;
    await consumer.commit({
      offsets: [...offsets].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })),
    });
  }

  /** Records in the assigned partitions that are not committed yet. Rejects when the broker does not answer. */
  async lag(): Promise<number | undefined> {
    if (!this.#session || !this.joined) return undefined;
    const { topic } = this.#options;
    const lags = (await this.#session.consumer.getLag({ topics: [topic] })).get(topic) ?? [];
    return lags.reduce((sum, lag) => sum + Math.max(Number(lag), 0), 0);
  }

  /** Leaves the group and disconnects; a broker that does not answer is not waited for longer than seconds. */
  async close(): Promise<void> {
    const ended = Promise.all([this.#session && end(this.#session), this.#abandoned]);
    this.#session = undefined;
    this.#abandoned = undefined;
    const patience = new AbortController();
    // The stream's own error has been reported; the broker ends the membership by itself.
    await Promise.race([ended.catch(() => {}), pause(closePatienceMs, patience.signal)]);
    patience.abort();
  }

  /** Joins the group. `undefined` when `signal` was aborted meanwhile. */
  async #open(signal: AbortSignal): Promise<Session | undefined> {
    const opening = this.#connect();
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const session = await Promise.race([opening, aborted]);
    if (session) return (this.#session = session);
    // Nobody waits for it any more; it must not stay in the group.
    this.#abandoned = opening.then(end).catch(() => {});
    return undefined;
  }

  async #connect(): Promise<Session> {
    const { brokers, topic, partitions, groupId, clientId, groupInstanceId, fence } = this.#options;
    // Only at the start: a topic that someone deletes later is theirs to create again.
    if (!this.#topicEnsured) await ensureTopic(brokers, topic, partitions);
    this.#topicEnsured = true;
    const consumer = new FencedConsumer(
      {
        clientId,
        groupId,
        bootstrapBrokers: brokers,
        ...(groupInstanceId !== undefined && { groupInstanceId }),
        sessionTimeout: 6_000, // the shortest that brokers allow unless configured
        rebalanceTimeout: 15_000,
        heartbeatInterval: 1_000,
        requestTimeout: 20_000,
        connectTimeout: 3_000,
        retries: 2,
        retryDelay: 300,
      },
      fence,
    );
    // What fails before it is read from is told by the call that failed; an event nobody hears would end the process.
    consumer.on('error', () => {});
    consumer.on('consumer:group:join', () => {
      const mine = consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [];
      if (this.#session?.consumer === consumer) this.#session.joinedAt = Date.now();
      this.#options.onAssigned(mine);
    });
    try {
      const metadata = await consumer.metadata({ topics: [topic] });
      const stream = await consumer.consume({
        topics: [topic],
        autocommit: false,
        mode: 'committed',
        fallbackMode: 'earliest',
        isolationLevel: 1, // read committed: what an aborted transaction wrote is not read
        minBytes: 1,
        maxWaitTime: 500,
        maxBytes: 8 * 1024 * 1024,
        maxBytesPerPartition: 1024 * 1024,
        highWaterMark: 1_000,
      });
      return {
        consumer,
        stream,
        topicId: metadata.topics.get(topic)!.id,
        joinedAt: Date.now(),
        handedOn: new Map(),
        committed: new Map(),
      };
    } catch (error) {
      await consumer.close(true).catch(() => {}); // the error that matters is the first
      throw error;
    }
  }

  async *#read(session: Session, signal: AbortSignal): AsyncGenerator<SourceRecord[]> {
    const { topic } = this.#options;
    const { consumer, stream, topicId, handedOn } = session;
    let failure: Error | undefined;
    let wake = () => {};
    stream.on('error', (error: Error) => (failure = error));
    // This listener stays: the library stops fetching from a stream that nobody listens to.
    stream.on('readable', () => wake());
    stream.on('close', () => wake());
    signal.addEventListener('abort', () => wake(), { once: true });
    const fail = (error: Error) => {
      failure ??= error;
      stream.destroy();
      wake();
    };
    // A rejoin that failed.
    consumer.on('error', fail);
    const watchdog = setInterval(() => {
      if (silentMs(session) > lostAfterMs) fail(new Error('The group has not answered for too long.'));
    }, 1_000);
    try {
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const messages = take(stream);
        if (messages.length === 0) {
          if (stream.destroyed || stream.readableEnded)
            throw failure ?? new Error('The stream of records has ended.');
          await woken;
          continue;
        }
        for (const { partition, offset } of messages) {
          this.#tellIfBehind(consumer.ahead, partition, offset);
          handedOn.set(partition, offset + 1n);
        }
        // A topic that was created anew under its name starts again at offset 0: its records are others.
        const metadata = await consumer.metadata({ topics: [topic] });
        if (metadata.topics.get(topic)?.id !== topicId)
          throw new Error(`Topic ${topic} has been created anew.`);
        yield messages.map((message) => toRecord(message, topicId));
        await setImmediate();
      }
    } finally {
      clearInterval(watchdog);
    }
  }

  /** Once for each partition that was `ahead`, and only when it is a record that comes again. */
  #tellIfBehind(ahead: Map<number, bigint>, partition: number, offset: bigint): void {
    const committed = ahead.get(partition);
    if (committed === undefined || offset >= committed) return;
    ahead.delete(partition);
    this.#options.onBehind({ partition, from: offset, committed });
  }
}

async function end({ stream, consumer }: Session): Promise<void> {
  try {
    await stream.close();
  } finally {
    await consumer.close(true);
  }
}

/** How long the coordinator of the group has not been heard. */
function silentMs({ consumer, joinedAt }: Session): number {
  return Date.now() - Math.max(consumer.lastHeartbeat?.getTime() ?? 0, joinedAt);
}
