/** Records as the consumer hands them on. */
import { randomUUID } from 'node:crypto';
import { examine, type Entry, type SourceRecord } from '../../src/core/record.ts';

export const testTopic = { topic: 'orders', topicId: randomUUID() };

/** A record with `value` (objects as JSON) at a place of its own unless `place` says where. */
export function record(
  value: object | string | Buffer | null,
  place: Partial<SourceRecord> = {},
): SourceRecord {
  const bytes =
    value === null || Buffer.isBuffer(value)
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    ...testTopic,
    partition: 0,
    offset: 0n,
    timestamp: BigInt(Date.UTC(2026, 0, 1)),
    key: null,
    headers: [],
    ...place,
    value: bytes,
  };
}

/** Records of one partition, from `offset` on, examined. */
export function entries(
  values: (object | string | Buffer | null)[],
  place: Partial<SourceRecord> = {},
): Entry[] {
  const first = place.offset ?? 0n;
  return values.map((value, index) =>
    examine(record(value, { ...place, offset: first + BigInt(index) }), { checkTotals: false }),
  );
}
