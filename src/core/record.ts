/** What comes out of Kafka, and what becomes of it. */
import { decode, type Rejection } from './decode.ts';
import type { Order } from './order.ts';
import { validate, type ValidateOptions } from './validate.ts';

/** A record as the broker delivered it. `topicId` tells a topic from one of the same name created anew. */
export interface SourceRecord {
  topic: string;
  topicId: string;
  partition: number;
  offset: bigint;
  /** Milliseconds since 1970, set by the producer or the broker. */
  timestamp: bigint;
  key: Buffer | null;
  value: Buffer | null;
  headers: [key: Buffer, value: Buffer | null][];
}

/** A record with its verdict: an order with its document as sent, or the reason why it is none. */
export type Entry = OrderEntry | RejectedEntry;

export interface OrderEntry {
  record: SourceRecord;
  order: Order;
  document: Buffer;
}

export interface RejectedEntry {
  record: SourceRecord;
  rejection: Rejection;
}

/**
 * Where a record ended: exactly one of these for each. `skipped` had its effect before (the fence, or the
 * same order again), or a newer version of its order is stored.
 */
export type Outcome = 'stored' | 'updated' | 'dead_letter' | 'skipped';

/** Decodes and validates a record. Never throws: a bad record is a value, not an error. */
export function examine(record: SourceRecord, options: ValidateOptions): Entry {
  const decoded = decode(record.value);
  if (!decoded.ok) return { record, rejection: decoded.rejection };
  const validated = validate(decoded.value, decoded.text, options);
  if (!validated.ok) return { record, rejection: validated.rejection };
  return { record, order: validated.order, document: decoded.document };
}

export function isOrder(entry: Entry): entry is OrderEntry {
  return 'order' in entry;
}

/** Where the version of an order comes from. */
export interface Version {
  partition: number;
  offset: bigint;
  timestamp: bigint;
}

/**
 * Whether `a` is a newer version of an order than `b`. Within a partition the offset decides. Between
 * partitions, where an unkeyed producer may put them, Kafka has no order: the timestamp decides.
 */
export function isNewer(a: Version, b: Version): boolean {
  return (a.partition === b.partition && a.offset > b.offset) || a.timestamp >= b.timestamp;
}

/** The version that is stored, and the topic that it came from; `null` when that is not known. */
export interface StoredVersion extends Version {
  topicId: string | null;
}

/**
 * Whether what is `stored` is at least as new as `record`, which comes out of its turn. `isNewer` is for records in
 * their turn: it may take the later of two for the newer one where nothing else tells. Here the offset decides within
 * a partition of one topic, and else the timestamp; where that does not tell either, what is stored stays.
 */
export function isSuperseded(record: SourceRecord, stored: StoredVersion): boolean {
  const samePartition =
    stored.partition === record.partition && (stored.topicId === null || stored.topicId === record.topicId);
  return samePartition ? stored.offset > record.offset : stored.timestamp >= record.timestamp;
}
