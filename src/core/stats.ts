/** What the service did over the last minutes, as a page draws it: columns of equal length, one row for each interval. */
import { Type, type Static } from 'typebox';

const rates = Type.Array(Type.Number());
const values = Type.Array(Type.Union([Type.Number(), Type.Null()]));

export const Series = Type.Object({
  interval_seconds: Type.Number(),
  time: Type.Array(Type.Number(), { description: 'Unix seconds at the end of each interval' }),
  stored: Type.Array(Type.Number(), { description: 'new orders a second' }),
  updated: Type.Array(Type.Number(), { description: 'orders a second that replaced an older version' }),
  dead_letter: Type.Array(Type.Number(), { description: 'records a second that are no orders' }),
  skipped: Type.Array(Type.Number(), { description: 'records a second that had their effect before' }),
  lag: {
    ...values,
    description: 'records not applied yet in the partitions of this instance; null: not known',
  },
  lag_seconds: { ...values, description: 'how long the oldest of them may have been waiting' },
  reads: { ...rates, description: 'look-ups of an order a second' },
  hit_ratio: {
    ...values,
    description: 'of the look-ups, those answered from memory, 0 to 1; null: there were none',
  },
  latency_p50_ms: { ...values, description: 'of the requests for an order; null: there were none' },
  latency_p99_ms: values,
});

export type Series = Static<typeof Series>;
