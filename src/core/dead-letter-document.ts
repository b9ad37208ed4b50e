/** A dead letter as JSON, for programs: bytes are text where they are UTF-8, so that they can be read and sent back. */
import { isUtf8 } from 'node:buffer';
import type { DeadLetterDetails } from './dead-letter.ts';

/** Exactly one of the two. */
export interface TextOrBase64 {
  text?: string;
  base64?: string;
}

/** The bytes as text, without loss, or else in base64. */
export function toTextOrBase64(bytes: Buffer | null): TextOrBase64 | null {
  if (bytes === null) return null;
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
}

/** A dead letter with all that is known of it. */
export function toDocument({ key, value, headers, latest_correction, ...letter }: DeadLetterDetails) {
  return {
    ...letter,
    key: toTextOrBase64(key),
    value: toTextOrBase64(value),
    headers: headers.map(([key, value]) => ({ key: toTextOrBase64(key)!, value: toTextOrBase64(value) })),
    latest_correction: toTextOrBase64(latest_correction),
  };
}
