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

  /**
   * Adds a record. When there is no room for another yet, returns a promise of it: most records cost none. It rejects
   * when an earlier write failed.
   */
  add(entry: Entry): Promise<void> | undefined {
    const size = entry.record.value?.length ?? 0;
    const [first] = this.#pending;
    if (first && first.record.topicId !== entry.record.topicId) return this.#addBehind('topic', entry, size);
    if (first && this.#bytes + size > this.#limits.maxBytes) return this.#addBehind('bytes', entry, size);
    return this.#take(entry, size);
  }

  async #addBehind(reason: FlushReason, entry: Entry, size: number): Promise<void> {
    await this.#flush(reason);
    await this.#take(entry, size);
  }

  #take(entry: Entry, size: number): Promise<void> | undefined {
    this.#pending.push(entry);
    this.#bytes += size;
    if (this.#pending.length >= this.#limits.maxRecords || this.#failed) return this.#flush('size');
    this.#timer ??= setTimeout(() => this.#onLinger(), this.#limits.lingerMs);
    return undefined;
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
    if (this.#writing === undefined && this.#pending.length > 0 && !this.#failed) this.#start('linger');
  }

  async #flush(reason: FlushReason): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failed) throw this.#failed.error;
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
