/** A record that is no order, as it is kept, looked at and mended. */
import type { FieldError, RejectionCode } from './decode.ts';
import type { Entry, SourceRecord } from './record.ts';

/** `open` until its order is stored (`replayed`), or turns out to be older than the one that is (`superseded`). */
export type DeadLetterStatus = 'open' | 'replayed' | 'superseded';

/** What a list shows: nothing of the record's content. */
export interface DeadLetterSummary {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  code: string;
  /** What was wrong when it arrived; what was wrong with a correction is in the history. */
  reason: string;
  status: DeadLetterStatus;
  /** How often it was tried to replay it. */
  attempts: number;
  last_attempt_at: Date | null;
  record_timestamp: Date;
  created_at: Date;
}

export interface DeadLetter extends DeadLetterSummary {
  key: Buffer | null;
  value: Buffer | null;
  headers: SourceRecord['headers'];
  errors: FieldError[];
  /** When the topic of dead letters acknowledged it. */
  published_at: Date | null;
  /** Why that topic refuses it for good. */
  publish_error: string | null;
}

/** One try to mend it. */
export interface DeadLetterAttempt {
  /** From 1. */
  attempt: number;
  at: Date;
  outcome: AttemptOutcome;
  /** Of the order that it turned out to be. */
  order_uid: string | null;
  code: string | null;
  reason: string | null;
  errors: FieldError[];
  /** Whether other bytes than the record's were given. */
  corrected: boolean;
}

export interface DeadLetterDetails extends DeadLetter {
  /** The newest first, at most 100. */
  history: DeadLetterAttempt[];
  /** The bytes of the newest attempt that was given some. */
  latest_correction: Buffer | null;
}

/** Which dead letters; what is left out does not matter. */
export interface DeadLetterFilter {
  code?: string | undefined;
  /** Words in the reason, in whatever case. */
  reason?: string | undefined;
  status?: DeadLetterStatus | undefined;
  topic?: string | undefined;
  partition?: number | undefined;
  /** Kept at this time or later. */
  since?: Date | undefined;
  /** Kept before this time. */
  until?: Date | undefined;
}

/** What a try ends with; `invalid` leaves the dead letter open. */
export type AttemptOutcome = 'replayed' | 'superseded' | 'invalid';

/** The other outcomes are no attempts: nothing is done and nothing is counted. */
export type ReplayOutcome = AttemptOutcome | 'already_replayed' | 'already_superseded' | 'not_found';

/** What became of a dead letter; in a dry run, what would have. */
export interface ReplayResult {
  id: string;
  outcome: ReplayOutcome;
  /** Attempts so far, this one included; in a dry run without it. */
  attempts: number;
  /** Of the order, when it is one. */
  order_uid: string | null;
  /** Why it is none. */
  code: RejectionCode | null;
  reason: string | null;
  errors: FieldError[];
}

export interface ReplayRequest {
  /** Instead of the bytes of the record. */
  value?: Buffer | undefined;
  /** Does everything, the writes to the database included, and takes it back. */
  dryRun: boolean;
  /** Whether the record, with those bytes, is an order. */
  judge: (record: SourceRecord) => Entry;
}

/** The port to the table of dead letters. All of it throws when the database does not answer. */
export interface DeadLetterStore {
  /** The newest first; `before` is the id that the page before ended with. */
  list(filter: DeadLetterFilter, limit: number, before?: string): Promise<DeadLetterSummary[]>;
  find(id: string): Promise<DeadLetterDetails | undefined>;
  /** The id of the newest, `'0'` when there is none: what comes later has a larger one. */
  newestId(): Promise<string>;
  /** The open ones that match with `after` < id <= `upTo`, the oldest first. */
  openIds(filter: DeadLetterFilter, range: { after: string; upTo: string; limit: number }): Promise<string[]>;
  /** How many `openIds` would find without a limit. */
  countOpen(filter: DeadLetterFilter, range: { after: string; upTo: string }): Promise<number>;
  /**
   * Judges one and stores its order, in one transaction. When that rejects it is unknown whether it was done;
   * trying again is safe.
   */
  replay(id: string, request: ReplayRequest): Promise<ReplayResult>;
}
