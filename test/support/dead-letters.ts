/** Dead letters for tests: records that were refused, in the table. */
import { randomUUID } from 'node:crypto';
import type { SourceRecord } from '../../src/core/record.ts';
import { entries } from './records.ts';
import type { TestStore } from './store.ts';

/** Stores bad records of a topic of their own, from offset 0 on, and returns their ids in that order. */
export async function keepDeadLetters(
  db: TestStore,
  values: (object | string | Buffer | null)[],
  place: Partial<SourceRecord> = {},
): Promise<string[]> {
  const topicId = place.topicId ?? randomUUID();
  const batch = entries(values, { ...place, topicId });
  await db.store.apply(batch);
  const rows = await db.sql<{ id: string }>(
    'SELECT id FROM dead_letters WHERE topic_id = $1 AND "offset" >= $2 ORDER BY "offset"',
    [topicId, String(place.offset ?? 0n)],
  );
  if (rows.length !== values.length) throw new Error(`${rows.length} of ${values.length} were refused`);
  return rows.map(({ id }) => id);
}
