/** What becomes of each record of a batch, given what is stored. Pure: the store asks, then writes. */
import {
  isNewer,
  isOrder,
  type Entry,
  type OrderEntry,
  type Outcome,
  type RejectedEntry,
  type StoredVersion,
} from './record.ts';
import type { Gap } from './store.ts';

/** The stored version of an order. */
export interface KnownOrder extends StoredVersion {
  document: Buffer;
}

export interface Settled {
  /** One for each entry, in order. */
  outcomes: Outcome[];
  /** The newest version of each order that is new or has changed, as they arrived. */
  write: OrderEntry[];
  /** Those of `write` that replace a stored version. */
  replaced: string[];
  deadLetters: RejectedEntry[];
}

/** Where the offsets of `batch` leave some out, from the fence on; `fence` holds the partitions that are known. */
export function findGaps(batch: Entry[], fence: Map<number, bigint>): Gap[] {
  const next = new Map(fence);
  return batch.flatMap(({ record: { partition, offset } }) => {
    const from = next.get(partition);
    if (from === undefined || offset >= from) next.set(partition, offset + 1n);
    return from !== undefined && offset > from ? [{ partition, from, to: offset }] : [];
  });
}

/** Whether `fence` is behind `reached` in one of its partitions. */
export function isBehind(fence: Map<number, bigint>, reached: Map<number, bigint>): boolean {
  return [...fence].some(([partition, next]) => next < (reached.get(partition) ?? 0n));
}

/** Which records are not below the fence of their partition (I3). Moves `fence` behind each one that passes. */
export function passFence(batch: Entry[], fence: Map<number, bigint>): boolean[] {
  return batch.map(({ record: { partition, offset } }) => {
    const passes = offset >= (fence.get(partition) ?? 0n);
    if (passes) fence.set(partition, offset + 1n);
    return passes;
  });
}

/** Decides for the entries that `passed` the fence; the others are `skipped`. */
export function settle(batch: Entry[], passed: boolean[], known: Map<string, KnownOrder>): Settled {
  const winners = new Map<string, OrderEntry>();
  const deadLetters: RejectedEntry[] = [];
  const outcomes = batch.map<Outcome>((entry, index) => {
    if (!passed[index]) return 'skipped';
    if (!isOrder(entry)) {
      deadLetters.push(entry);
      return 'dead_letter';
    }
    const { order_uid } = entry.order;
    const winner = winners.get(order_uid);
    const current = winner ? { ...winner.record, document: winner.document } : known.get(order_uid);
    if (current && (!isNewer(entry.record, current) || entry.document.equals(current.document)))
      return 'skipped';
    winners.delete(order_uid);
    winners.set(order_uid, entry);
    return current ? 'updated' : 'stored';
  });
  const write = [...winners.values()];
  const replaced = write.map(({ order }) => order.order_uid).filter((order_uid) => known.has(order_uid));
  return { outcomes, write, replaced, deadLetters };
}
