/** Dead letters as the service tells of them. */
export type Status = 'open' | 'replayed' | 'superseded';

export type Summary = {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  code: string;
  reason: string;
  status: Status;
  attempts: number;
  record_timestamp: string;
  created_at: string;
};

export type Bytes = { text?: string; base64?: string } | null;

export type FieldError = { path: string; message: string };

export type Attempt = {
  attempt: number;
  at: string;
  outcome: 'replayed' | 'superseded' | 'invalid';
  order_uid: string | null;
  reason: string | null;
  errors: FieldError[];
  corrected: boolean;
};

export type Letter = Summary & {
  errors: FieldError[];
  key: Bytes;
  value: Bytes;
  headers: { key: NonNullable<Bytes>; value: Bytes }[];
  history: Attempt[];
  latest_correction: Bytes;
};

export type Outcome =
  'replayed' | 'superseded' | 'invalid' | 'already_replayed' | 'already_superseded' | 'not_found';

export type Result = {
  id: string;
  outcome: Outcome;
  order_uid: string | null;
  reason: string | null;
  errors: FieldError[];
};

export type Filter = { status: Status | ''; code: string; reason: string; withinHours: number };

export const codes = [
  'invalid',
  'not_json',
  'not_utf8',
  'not_an_object',
  'null',
  'empty',
  'no_value',
  'refused_by_database',
] as const;

export const everything: Filter = { status: 'open', code: '', reason: '', withinHours: 0 };

/** The filter in the words of the service; `now` so that all pages of a list begin at the same time. */
export function wordsOf({ code, reason, withinHours }: Filter, now: number): Record<string, string> {
  return {
    ...(code !== '' && { code }),
    ...(reason.trim() !== '' && { reason: reason.trim() }),
    ...(withinHours > 0 && { since: new Date(now - withinHours * 3_600_000).toISOString() }),
  };
}

export function bytesOf(bytes: Bytes): Uint8Array {
  if (bytes === null) return new Uint8Array();
  if (bytes.base64 === undefined) return new TextEncoder().encode(bytes.text ?? '');
  return Uint8Array.from(atob(bytes.base64), (letter) => letter.charCodeAt(0));
}
