/**
 * What the thread that ingests tells the one that serves.
 *
 * I6: an order may be changed by a batch, by another instance, or by a replay, and of two changes the word of the
 * older one can come last. `Lookup` keeps no version of a write during which it heard of another change; so it must
 * hear of the write first. It was reported before its transaction, but a report may still lie in the port while the
 * news of a later change comes over a socket. So all news goes through here, and is heard behind what was reported.
 */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Lookup, Write } from '../core/lookup.ts';
import type { Measurement } from '../core/measurement.ts';
import type { StoredOrder } from '../core/store.ts';

export type Report =
  /** A batch is about to be stored; then what it shows to readers. */
  | { about: 'write'; write: number }
  | { about: 'put'; write: number; orders: StoredOrder[] }
  | { about: 'forget'; write: number; orderUids: string[] }
  | { about: 'end'; write: number }
  | Measurement
  /** Whether it is in the consumer group; said again and again. */
  | { about: 'joined'; joined: boolean }
  /** All that was taken is stored and acknowledged. */
  | { about: 'drained' };

export interface ReportsOptions {
  port: MessagePort;
  lookup: Pick<Lookup, 'write' | 'forget' | 'restore'>;
  /** Told of all that is of no write. */
  onOther: (report: Exclude<Report, { write: number }>) => void;
}

/** Hears the reports, each once and in their order. */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #writes = new Map<number, Write>();

  constructor(options: ReportsOptions) {
    this.#options = options;
    options.port.on('message', (report: Report) => this.#hear(report));
  }

  /** These orders have been changed by something else than ingest. */
  forget(orderUids: string[]): void {
    this.#catchUp();
    this.#options.lookup.forget(orderUids);
  }

  /** Any order may have been changed. Fills the cache anew; throws when the database does not answer. */
  async restore(): Promise<void> {
    this.#catchUp();
    await this.#options.lookup.restore();
  }

  #catchUp(): void {
    const next = () => receiveMessageOnPort(this.#options.port);
    for (let received = next(); received; received = next()) this.#hear(received.message as Report);
  }

  #hear(report: Report): void {
    switch (report.about) {
      case 'write':
        this.#writes.set(report.write, this.#options.lookup.write());
        break;
      case 'put':
        this.#writes.get(report.write)!.put(report.orders);
        break;
      case 'forget':
        this.#writes.get(report.write)!.forget(report.orderUids);
        break;
      case 'end':
        this.#writes.get(report.write)!.end();
        this.#writes.delete(report.write);
        break;
      default:
        this.#options.onOther(report);
    }
  }
}

export type Tell = (report: Report, transfer?: ArrayBuffer[]) => void;

/** The lookup as the thread that ingests sees it. `capacity` is the number of orders that the cache holds at most. */
export function reportWrites(tell: Tell, capacity: number): Pick<Lookup, 'write'> {
  let last = 0;
  return {
    write() {
      const write = ++last;
      tell({ about: 'write', write });
      return {
        put(orders) {
          // What those behind it would push out is not worth its copy.
          const overflow = Math.max(orders.length - capacity, 0);
          const forgotten = orders.slice(0, overflow).map(({ order_uid }) => order_uid);
          if (forgotten.length > 0) tell({ about: 'forget', write, orderUids: forgotten });
          tell(...packed(write, orders.slice(overflow)));
        },
        forget: (orderUids) => tell({ about: 'forget', write, orderUids }),
        end: () => tell({ about: 'end', write }),
      };
    },
  };
}

/** The documents are parts of large buffers, which would be copied whole for each: they go together in one of their own. */
function packed(write: number, orders: StoredOrder[]): [Report, ArrayBuffer[]] {
  const bytes = Buffer.from(new ArrayBuffer(orders.reduce((sum, { document }) => sum + document.length, 0)));
  let end = 0;
  const parts = orders.map(({ order_uid, document }) => {
    const start = end;
    end += document.copy(bytes, start);
    return { order_uid, document: bytes.subarray(start, end) };
  });
  return [{ about: 'put', write, orders: parts }, [bytes.buffer]];
}
