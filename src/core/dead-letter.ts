/** A record that is no order, as it is kept. */
import type { FieldError } from './decode.ts';

export interface DeadLetterSummary {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  code: string;
  reason: string;
  created_at: Date;
}

export interface DeadLetter extends DeadLetterSummary {
  record_timestamp: Date;
  key: Buffer | null;
  value: Buffer | null;
  headers: { key?: string; key_base64?: string; value: string | null }[];
  errors: FieldError[];
}
