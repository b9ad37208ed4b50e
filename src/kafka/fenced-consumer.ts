/**
 * A consumer that starts where the database stands, at each assignment of its partitions.
 *
 * The offsets that a group commits are only a bookmark. A database that was restored from an older backup, or
 * emptied, is behind them, and what lies between would never be read again. The bookmark is asked for first: the
 * fence moves before it, so that a fence which is asked for later is behind only when it has gone back.
 *
 * It may be behind by what is no record, the marks of transactions and what aborted ones wrote: these are committed
 * to the group and leave no trace in the database. To read them again is harmless.
 */
import { callbackify } from 'node:util';
import type { CallbackWithPromise, ConsumerOptions, ListCommitsOptions, Offsets } from '@platformatic/kafka';
import { ReadCommittedConsumer } from './read-committed.ts';

/** The next offset to apply of each partition of a topic; none of a partition that nothing was applied of. */
export type ReadFence = (topicId: string) => Promise<Map<number, bigint>>;

export class FencedConsumer extends ReadCommittedConsumer {
  /** The committed offset of each assigned partition whose fence was behind it. */
  readonly ahead = new Map<number, bigint>();
  readonly #fence: ReadFence;

  constructor(options: ConsumerOptions<Buffer, Buffer, Buffer, Buffer>, fence: ReadFence) {
    super(options);
    this.#fence = fence;
  }

  /** Called by the library for each assignment of a stream, which starts at what is found. */
  override listCommittedOffsets(options: ListCommitsOptions, callback: CallbackWithPromise<Offsets>): void;
  override listCommittedOffsets(options: ListCommitsOptions): Promise<Offsets>;
  override listCommittedOffsets(
    options: ListCommitsOptions,
    callback?: CallbackWithPromise<Offsets>,
  ): Promise<Offsets> | void {
    const found = this.#notAheadOfFence(options);
    if (!callback) return found;
    callbackify(() => found)(callback);
  }

  async #notAheadOfFence(options: ListCommitsOptions): Promise<Offsets> {
    const committed = await super.listCommittedOffsets(options);
    const { topics } = await this.metadata({ topics: [...committed.keys()] });
    this.ahead.clear();
    for (const [topic, offsets] of committed) {
      const fence = await this.#fence(topics.get(topic)!.id);
      offsets.forEach((offset, partition) => {
        const next = fence.get(partition) ?? 0n;
        if (offset <= next) return;
        this.ahead.set(partition, offset);
        offsets[partition] = next;
      });
    }
    return committed;
  }
}
