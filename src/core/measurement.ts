/** What ingest measures, in a form that can be handed from thread to thread. */
import type { BatchEvent } from './ingest.ts';
import type { FlushReason } from './lane.ts';
import type { Outcome } from './record.ts';

export type Measurement =
  | { about: 'batch'; summary: BatchSummary }
  /** A fault of the infrastructure that is waited out. */
  | { about: 'fault'; part: 'database' | 'kafka' | 'commit' }
  /** So many offsets were deleted by the broker before they were read. */
  | { about: 'lost'; offsets: number }
  /** So many records are not committed yet. */
  | { about: 'lag'; records: number };

export interface BatchSummary {
  records: number;
  outcomes: Record<Outcome, number>;
  /** Of its dead letters, one for each. */
  codes: string[];
  reason: FlushReason;
  /** From a full batch to its commit. */
  seconds: number;
  /** Of each record, the time from its timestamp to now, in seconds. */
  ages: Float64Array;
  /** The newest of the records, in milliseconds since 1970. */
  lastTimestamp: number;
}

/** What is measured of a batch that has just been stored. */
export function summarize({ entries, outcomes, reason, seconds }: BatchEvent): BatchSummary {
  const now = Date.now();
  const summary: BatchSummary = {
    records: entries.length,
    outcomes: { stored: 0, updated: 0, dead_letter: 0, skipped: 0 },
    codes: [],
    reason,
    seconds,
    ages: new Float64Array(entries.length),
    lastTimestamp: 0,
  };
  entries.forEach((entry, index) => {
    const outcome = outcomes[index]!;
    const timestamp = Number(entry.record.timestamp);
    summary.outcomes[outcome]++;
    if (outcome === 'dead_letter' && 'rejection' in entry) summary.codes.push(entry.rejection.code);
    summary.ages[index] = Math.max(now - timestamp, 0) / 1_000;
    summary.lastTimestamp = Math.max(summary.lastTimestamp, timestamp);
  });
  return summary;
}
