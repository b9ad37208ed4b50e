/**
 * The mending story: a dead letter's bytes, or corrected ones, are examined as if they had just arrived, and stored as
 * the version that the record was.
 *
 * It does not go through Kafka: what fails again is the same dead letter with one attempt more, not a new one, and
 * nothing can go in circles. I1: the cache only forgets; the next read brings what is committed.
 */
import type { DeadLetterFilter, DeadLetterStore, ReplayResult } from './dead-letter.ts';
import type { Lookup } from './lookup.ts';
import { examine } from './record.ts';
import type { ValidateOptions } from './validate.ts';

/** Largest correction; the broker's own limit for a record is half of it unless configured. */
export const maxCorrectionBytes = 2 * 1024 * 1024;

export interface ReplayParts {
  store: Pick<DeadLetterStore, 'replay' | 'newestId' | 'openIds' | 'countOpen'>;
  lookup: Pick<Lookup, 'forget'>;
  options: ValidateOptions;
  /** Told of each replay that was done, not of dry runs. */
  onReplayed: (result: ReplayResult) => void;
}

export interface ReplayOptions {
  dryRun: boolean;
  /** Instead of the bytes of the record. */
  value?: Buffer | undefined;
}

/** Which of the dead letters that match come next. */
export interface ReplayRange {
  /** The last id that was taken. */
  after: string;
  /** The newest id when it began: what comes in later is left alone. */
  upTo: string;
}

export class Replay {
  readonly #parts: ReplayParts;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /** Replays one. Throws when the database does not answer; it is then unknown whether it was done, and trying again is safe. */
  async one(id: string, { dryRun, value }: ReplayOptions): Promise<ReplayResult> {
    const { store, lookup, options, onReplayed } = this.#parts;
    let orderUid: string | undefined;
    try {
      const result = await store.replay(id, {
        value,
        dryRun,
        judge(record) {
          const entry = examine(record, options);
          if ('order' in entry) orderUid = entry.order.order_uid;
          return entry;
        },
      });
      if (!dryRun) onReplayed(result);
      return result;
    } finally {
      // After a fault too: it may have been committed.
      if (orderUid !== undefined && !dryRun) lookup.forget([orderUid]);
    }
  }

  /** Where a replay of all that match begins and ends. Throws when the database does not answer. */
  async range(): Promise<ReplayRange> {
    return { after: '0', upTo: await this.#parts.store.newestId() };
  }

  /** How many in `range` match and are open. Throws when the database does not answer. */
  count(filter: DeadLetterFilter, range: ReplayRange): Promise<number> {
    return this.#parts.store.countOpen(filter, range);
  }

  /** The next that match, the oldest first, so that the versions of an order are taken in their order. Throws when the database does not answer. */
  next(filter: DeadLetterFilter, range: ReplayRange, limit: number): Promise<string[]> {
    return this.#parts.store.openIds(filter, { ...range, limit });
  }
}
