/** The rows of `dead_letters`: the record as it came, and what is wrong with it (I4). */
import { isUtf8 } from 'node:buffer';
import type { RejectedEntry, SourceRecord } from '../core/record.ts';
import { CopyRows } from './copy.ts';
import { CopyRowsInto } from './copy-query.ts';

const columns = [
  'topic',
  'topic_id',
  'partition',
  '"offset"',
  'record_timestamp',
  'key',
  'value',
  'headers',
  'code',
  'reason',
  'errors',
];

const copyIntoDeadLetters = `COPY dead_letters (${columns.join(', ')}) FROM STDIN (FORMAT binary)`;

/** Inserts the dead letters of a batch. */
export function insertDeadLetters(entries: RejectedEntry[]): CopyRowsInto {
  const rows = new CopyRows();
  for (const { record, rejection } of entries) {
    rows.row(columns.length);
    rows.text(record.topic);
    rows.uuid(record.topicId);
    rows.int4(record.partition);
    rows.bigint(record.offset);
    rows.instant(record.timestamp * 1000n);
    rows.bytes(record.key);
    rows.bytes(record.value);
    rows.text(JSON.stringify(record.headers.map(toHeader)));
    rows.text(rejection.code);
    rows.text(rejection.reason);
    rows.text(JSON.stringify(rejection.errors));
  }
  return new CopyRowsInto(copyIntoDeadLetters, rows.finish());
}

/** Headers as they are kept. Keys are text by Kafka's protocol, but nothing checks that; values are any bytes. */
export interface HeaderJson {
  key?: string;
  key_base64?: string;
  value: string | null;
}

function toHeader([key, value]: SourceRecord['headers'][number]): HeaderJson {
  const name = isUtf8(key) ? { key: key.toString('utf8') } : { key_base64: key.toString('base64') };
  return { ...name, value: value?.toString('base64') ?? null };
}

/** The headers of the record as they came. */
export function fromHeaders(headers: HeaderJson[]): SourceRecord['headers'] {
  return headers.map(({ key, key_base64 = '', value }) => [
    key === undefined ? Buffer.from(key_base64, 'base64') : Buffer.from(key),
    value === null ? null : Buffer.from(value, 'base64'),
  ]);
}
