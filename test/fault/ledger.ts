/**
 * The ledger: what the broker has acknowledged, and so what the service owes.
 *
 * A send that is not acknowledged may still have been written. It is sent again until it is: an order twice is the
 * same order, and a bad record that may be in the log twice is remembered as such.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createProducer, SendError, type OrderProducer } from '../../src/kafka/producer.ts';

/** An order, or a value that is none. */
export type LedgerRecord = { order_uid: string; document: string } | { bad: Buffer | null };

export interface BadRecord {
  partition: number;
  offset: bigint;
  value: Buffer | null;
}

const chunk = 500;

export class Ledger {
  readonly topic: string;
  /** The newest document of each order; sent in this order within its partition, since its key is its id. */
  readonly orders = new Map<string, string>();
  readonly bad: BadRecord[] = [];
  /** Bad values that may be in the log once more than acknowledged. */
  readonly doubtful: (Buffer | null)[] = [];
  /** The offset behind the last acknowledged record of each partition. */
  readonly end = new Map<number, bigint>();
  acknowledged = 0;
  readonly #producer: OrderProducer;

  constructor(brokers: string[], topic: string) {
    this.topic = topic;
    this.#producer = createProducer({ brokers, clientId: 'ledger' });
  }

  /** Sends records in turn, and resolves when all are acknowledged; faults of the broker are waited out. */
  async send(records: LedgerRecord[], onProgress?: (sent: number) => Promise<void> | void): Promise<void> {
    for (let start = 0; start < records.length; start += chunk) {
      await this.#sendChunk(records.slice(start, start + chunk));
      await onProgress?.(Math.min(start + chunk, records.length));
    }
  }

  /** The log has been emptied, or is another: what was there is not owed any more. */
  forgetEnds(): void {
    this.end.clear();
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #sendChunk(records: LedgerRecord[]): Promise<void> {
    let waiting = records;
    while (waiting.length > 0) {
      const values = waiting.map((record) =>
        'bad' in record
          ? { key: null, value: record.bad }
          : { key: record.order_uid, value: record.document },
      );
      let places;
      try {
        places = await this.#producer.send(this.topic, values);
      } catch (error) {
        if (!(error instanceof SendError)) throw error;
        places = error.acknowledged;
        await delay(100); // a broker that is down refuses at once
      }
      const unacknowledged: LedgerRecord[] = [];
      waiting.forEach((record, index) => {
        const place = places[index];
        if (!place) {
          unacknowledged.push(record);
          if ('bad' in record) this.doubtful.push(record.bad);
          return;
        }
        this.acknowledged++;
        if (place.offset >= (this.end.get(place.partition) ?? 0n)) {
          this.end.set(place.partition, place.offset + 1n);
        }
        if ('bad' in record) this.bad.push({ ...place, value: record.bad });
      });
      waiting = unacknowledged;
    }
    for (const record of records) {
      if (!('bad' in record)) this.orders.set(record.order_uid, record.document);
    }
  }
}
