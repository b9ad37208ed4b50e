/**
 * The write story: records come from the source, are examined, gathered into batches, stored in one
 * transaction each, shown to readers, and only then acknowledged.
 *
 * I2: offsets are committed only after the transaction that stored their records.
 * I5: a fault of the infrastructure is waited out, here and nowhere else; a fault of the data splits the
 * batch until the bad record is alone, and that one becomes a dead letter.
 */
import { backoffMs, pause } from './backoff.ts';
import { Lane, type BatchLimits, type FlushReason } from './lane.ts';
import type { Lookup, Write } from './lookup.ts';
import { examine, isOrder, type Entry, type Outcome, type SourceRecord } from './record.ts';
import {
  DatabaseWentBack,
  DataFault,
  refusal,
  type Applied,
  type Gap,
  type NextOffsets,
  type OrderStore,
} from './store.ts';
import type { ValidateOptions } from './validate.ts';

/** Where records come from. */
export interface Source {
  /** Records as they arrive, each partition in order; ends when `signal` is aborted. */
  chunks(signal: AbortSignal): AsyncIterable<SourceRecord[]>;
  /** Acknowledges all records below the offset of each partition. Does nothing when the topic has been replaced. */
  commit(offsets: NextOffsets): Promise<void>;
  /** Ends the session: the next `chunks` start where the database stands. */
  close(): Promise<void>;
  /** The part of `gap` that the broker has deleted, if any. */
  deleted(gap: Gap): Gap | undefined;
}

export interface BatchEvent {
  entries: Entry[];
  /** One for each entry, in order. */
  outcomes: Outcome[];
  reason: FlushReason;
  /** From a full batch to its commit. */
  seconds: number;
}

/** What happens, for logs and metrics. Nothing in it is personal data. */
export interface IngestObserver {
  batch(event: BatchEvent): void;
  fault(event: { error: unknown; attempt: number; delayMs: number; records: number }): void;
  commitFailed(error: unknown): void;
  /** The database lacks what it had stored: it is read again. */
  wentBack(): void;
  /** The broker has deleted records before they were read. Told once for each. */
  lost(gap: Gap): void;
}

export interface IngestOptions extends BatchLimits, ValidateOptions {
  /** Transactions in flight at once, each over its own partitions. */
  lanes: number;
}

export class Ingest {
  readonly #source: Source;
  readonly #store: Pick<OrderStore, 'apply'>;
  readonly #lookup: Pick<Lookup, 'write'>;
  readonly #observer: IngestObserver;
  readonly #options: IngestOptions;
  /** How far the fence was moved since the session began, in the topic of the last batch. */
  #reached: NextOffsets | undefined;
  #toCommit: NextOffsets | undefined;
  #committing: Promise<void> | undefined;

  constructor(parts: {
    source: Source;
    store: Pick<OrderStore, 'apply'>;
    lookup: Pick<Lookup, 'write'>;
    observer: IngestObserver;
    options: IngestOptions;
  }) {
    this.#source = parts.source;
    this.#store = parts.store;
    this.#lookup = parts.lookup;
    this.#observer = parts.observer;
    this.#options = parts.options;
  }

  /**
   * Runs until `stop` is aborted, then stores and acknowledges what was taken. When that cannot be done
   * before `giveUp` is aborted, it is left: Kafka delivers it again. Rejects only on a bug.
   */
  async run(stop: AbortSignal, giveUp: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#take(stop, giveUp);
        return;
      } catch (error) {
        if (!(error instanceof DatabaseWentBack)) throw error;
        this.#observer.wentBack();
        await this.#source.close();
        this.#reached = undefined;
      }
    }
  }

  async #take(stop: AbortSignal, giveUp: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const write = (batch: Entry[], reason: FlushReason) =>
      this.#write(batch, reason, giveUp).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    const lanes = Array.from({ length: this.#options.lanes }, () => new Lane(this.#options, write));
    // In turn as they are first seen: which partitions this instance gets is the group's choice.
    const laneOf = new Map<number, Lane>();
    const choose = (partition: number) => {
      const lane = lanes[laneOf.size % lanes.length]!;
      laneOf.set(partition, lane);
      return lane;
    };
    const signal = AbortSignal.any([stop, failed.signal]);
    const reading = (async () => {
      for await (const chunk of this.#source.chunks(signal)) {
        for (const record of chunk) {
          const lane = laneOf.get(record.partition) ?? choose(record.partition);
          const room = lane.add(examine(record, this.#options));
          if (room) await room;
        }
      }
    })();
    await reading.catch(() => {}); // it is thrown below, when the lanes have stored what they took
    const ended = await Promise.allSettled([reading, ...lanes.map((lane) => lane.close())]);
    while (this.#committing) await this.#committing;
    const broken = ended.find((part) => part.status === 'rejected');
    if (broken) throw broken.reason;
  }

  async #write(batch: Entry[], reason: FlushReason, giveUp: AbortSignal): Promise<void> {
    const start = performance.now();
    const shown = this.#lookup.write();
    let applied: Applied | undefined;
    try {
      applied = await this.#apply(batch, shown, giveUp);
      if (applied) show(batch, applied.outcomes, shown);
    } finally {
      shown.end();
    }
    if (!applied) return;
    this.#reached = merged(this.#reached, applied.next);
    this.#acknowledge(applied.next);
    for (const gap of applied.gaps) {
      const lost = this.#source.deleted(gap);
      if (lost) this.#observer.lost(lost);
    }
    const seconds = (performance.now() - start) / 1_000;
    this.#observer.batch({ entries: batch, outcomes: applied.outcomes, reason, seconds });
  }

  /** Stores a batch, however long it takes. `undefined` when it was given up. */
  async #apply(batch: Entry[], shown: Write, giveUp: AbortSignal): Promise<Applied | undefined> {
    for (let attempt = 1; !giveUp.aborted; attempt++) {
      try {
        const applied = await this.#store.apply(batch, this.#reached);
        if (attempt > 1) forget(batch, shown);
        return applied;
      } catch (error) {
        if (error instanceof DatabaseWentBack) throw error;
        if (error instanceof DataFault && batch.some(isOrder))
          return this.#split(batch, error, shown, giveUp);
        forget(batch, shown);
        const delayMs = backoffMs(attempt);
        this.#observer.fault({ error, attempt, delayMs, records: batch.length });
        await pause(delayMs, giveUp);
      }
    }
    return undefined;
  }

  async #split(
    batch: Entry[],
    fault: DataFault,
    shown: Write,
    giveUp: AbortSignal,
  ): Promise<Applied | undefined> {
    const [entry] = batch;
    if (batch.length === 1 && entry) {
      return this.#apply([{ record: entry.record, rejection: refusal(fault) }], shown, giveUp);
    }
    const middle = batch.length >> 1;
    const first = await this.#apply(batch.slice(0, middle), shown, giveUp);
    const second = first && (await this.#apply(batch.slice(middle), shown, giveUp));
    return (
      second && {
        outcomes: [...first.outcomes, ...second.outcomes],
        next: {
          topicId: second.next.topicId,
          offsets: new Map([...first.next.offsets, ...second.next.offsets]),
        },
        gaps: [...first.gaps, ...second.gaps],
      }
    );
  }

  /** Commits in the background, one request at a time; a failed one is covered by the next (the fence skips what comes again). */
  #acknowledge(next: NextOffsets): void {
    this.#toCommit = merged(this.#toCommit, next);
    this.#committing ??= this.#commit().finally(() => {
      this.#committing = undefined;
    });
  }

  async #commit(): Promise<void> {
    while (this.#toCommit) {
      const offsets = this.#toCommit;
      this.#toCommit = undefined;
      try {
        await this.#source.commit(offsets);
      } catch (error) {
        this.#observer.commitFailed(error);
      }
    }
  }
}

/** `offsets` moved on to `next`; those of another topic are left behind. */
function merged(offsets: NextOffsets | undefined, next: NextOffsets): NextOffsets {
  if (offsets?.topicId !== next.topicId) return next;
  return { topicId: next.topicId, offsets: new Map([...offsets.offsets, ...next.offsets]) };
}

/** After a fault nobody knows whether the transaction was committed: what is cached may be old. */
function forget(batch: Entry[], shown: Write): void {
  shown.forget(batch.filter(isOrder).map(({ order }) => order.order_uid));
}

/** I1: only what is committed is shown. */
function show(batch: Entry[], outcomes: Outcome[], shown: Write): void {
  const changed = batch.filter((_, index) => outcomes[index] === 'stored' || outcomes[index] === 'updated');
  shown.put(changed.filter(isOrder).map(({ order, document }) => ({ order_uid: order.order_uid, document })));
}
