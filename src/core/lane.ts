/**
 * One lane of ingest: the partitions that are stored one transaction after the other.
 *
 * While a transaction runs, the next batch is gathered; more than that is not taken (I7, back-pressure).
 */
import type { Entry } from './record.ts';

export interface BatchLimits {
  /** Most records in one transaction. */
  maxRecords: number;
  /** Most bytes of values in one transaction; a single larger record is a batch of its own. */
  maxBytes: number;
  /** How long a batch that is not full waits for more, in milliseconds. */
  lingerMs: number;
}

export type FlushReason = 'size' | 'bytes' | 'linger' | 'topic' | 'close';

export class Lane {
  readonly #limits: BatchLimits;
  readonly #write: (batch: Entry[], reason: FlushReason) => Promise<void>;
  #pending: Entry[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #failed: { error: unknown } | undefined;

  constructor(limits: BatchLimits, write: (batch: Entry[], reason: FlushReason) => Promise<void>) {
    this.#limits = limits;
    this.#write = write;
  }

  /** Adds a record. Resolves when there is room for another. Rejects when an earlier write failed. */
  async add(entry: Entry): Promise<void> {
    const size = entry.record.value?.length ?? 0;
    const [first] = this.#pending;
    if (first && first.record.topicId !== entry.record.topicId) await this.#flush('topic');
    if (this.#pending.length > 0 && this.#bytes + size > this.#limits.maxBytes) await this.#flush('bytes');
    this.#pending.push(entry);
    this.#bytes += size;
    if (this.#pending.length >= this.#limits.maxRecords) await this.#flush('size');
    else this.#timer ??= setTimeout(() => this.#onLinger(), this.#limits.lingerMs);
    if (this.#failed) throw this.#failed.error;
  }

  /** Writes what is pending and waits for it. Rejects when a write failed. */
  async close(): Promise<void> {
    if (this.#pending.length > 0) await this.#flush('close');
    await this.#writing;
    clearTimeout(this.#timer);
    if (this.#failed) throw this.#failed.error;
  }

  #onLinger(): void {
    this.#timer = undefined;
    // A batch that gathers behind a running transaction goes when that ends, and is larger for it.
    if (this.#writing === undefined && this.#pending.length > 0) this.#start('linger');
  }

  async #flush(reason: FlushReason): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#pending.length > 0) this.#start(reason);
  }

  #start(reason: FlushReason): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = [];
    this.#bytes = 0;
    this.#writing = this.#write(batch, reason)
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => {
        this.#writing = undefined;
        if (this.#pending.length > 0 && !this.#failed) this.#timer ??= setTimeout(() => this.#onLinger(), 0);
      });
  }
}
