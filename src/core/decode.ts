/** Bytes of a Kafka record to a JSON object; the first half of deciding whether a record is an order. */
import { isUtf8 } from 'node:buffer';

/** Why a record is not an order, in words that a person can act on. It never quotes the record: that is personal data. */
export interface Rejection {
  code: RejectionCode;
  reason: string;
  errors: FieldError[];
}

/** One thing that is wrong, and where: `path` is a JSON Pointer (RFC 6901), `''` for the whole document. */
export interface FieldError {
  path: string;
  message: string;
}

export type RejectionCode =
  | 'no_value'
  | 'empty'
  | 'not_utf8'
  | 'not_json'
  | 'null'
  | 'not_an_object'
  | 'invalid'
  | 'refused_by_database';

export type Decoded =
  | { ok: true; value: Record<string, unknown>; document: Buffer; text: string }
  | { ok: false; rejection: Rejection };

/**
 * Decodes the value of a record. `document` is the JSON text as sent, without a byte-order mark; it shares
 * memory with `value`. Never throws.
 */
export function decode(value: Buffer | null | undefined): Decoded {
  if (value === null || value === undefined) {
    return reject('no_value', 'The record has no value (a tombstone). An order is a JSON object.');
  }
  const document = withoutByteOrderMark(value);
  if (document.length === 0) return reject('empty', 'The value is empty. An order is a JSON object.');
  if (!isUtf8(document)) return reject('not_utf8', 'The value is not UTF-8.');
  const text = document.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return reject('not_json', `The value is not JSON${position(error, text)}.`);
  }
  if (parsed === null) return reject('null', 'The value is the JSON null. An order is a JSON object.');
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    const kind = Array.isArray(parsed) ? 'an array' : `a ${typeof parsed}`;
    return reject('not_an_object', `The value is ${kind}. An order is a JSON object.`);
  }
  return { ok: true, value: parsed as Record<string, unknown>, document, text };
}

function reject(code: RejectionCode, reason: string): Decoded {
  return { ok: false, rejection: { code, reason, errors: [{ path: '', message: reason }] } };
}

function withoutByteOrderMark(value: Buffer): Buffer {
  const marked = value.length >= 3 && value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf;
  return marked ? value.subarray(3) : value;
}

/** V8's message quotes the text around the error; only the position is safe to repeat. */
function position(error: unknown, text: string): string {
  const at = /at position (\d+)/.exec((error as SyntaxError).message)?.[1];
  if (at === undefined) return '';
  return Number(at) >= text.length ? ': it ends too early' : `: unexpected character at position ${at}`;
}
