/** The library's messages as records of the project. */
import type { Message, MessagesStream } from '@platformatic/kafka';
import type { SourceRecord } from '../core/record.ts';

/** Most records handed on at once; between two chunks readers have their turn. */
const maxChunk = 200;

/** The last millisecond of the year 9999. Timestamps come from producers and can be any number. */
const maxTimestamp = 253_402_300_799_999n;

export type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/** What the stream holds, at most a chunk; it fetches more when it has been emptied. */
export function take(stream: Stream): Message<Buffer, Buffer, Buffer, Buffer>[] {
  const messages: Message<Buffer, Buffer, Buffer, Buffer>[] = [];
  while (messages.length < maxChunk) {
    const message = stream.read() as Message<Buffer, Buffer, Buffer, Buffer> | null;
    if (message === null) break;
    messages.push(message);
  }
  return messages;
}

/** A message of the topic with this id. */
export function toRecord(message: Message<Buffer, Buffer, Buffer, Buffer>, topicId: string): SourceRecord {
  const { topic, partition, offset, timestamp } = message;
  return {
    topic,
    topicId,
    partition,
    offset,
    timestamp: timestamp < 0n ? 0n : timestamp > maxTimestamp ? maxTimestamp : timestamp,
    // The library's types know no null, its records do.
    key: message.key ?? null,
    value: message.value ?? null,
    headers: message.headerEntries.map(([key, value]) => [key, value ?? null]),
  };
}
