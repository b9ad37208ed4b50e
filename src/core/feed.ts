/**
 * The newest orders as they come, for those who watch.
 *
 * It asks the database for the top of the list: so what is shown is committed (I1) and comes from every instance,
 * not only from this one. It asks as soon as this instance has stored something, but never more often than
 * `minIntervalMs`, at least every `maxIntervalMs` for the sake of the other instances, and not at all while nobody
 * watches. When more orders come than are named, the rest is counted: this is for people to look at, not a feed
 * to copy the orders from.
 */
import { pause } from './backoff.ts';
import type { OrderCursor, OrderReader, OrderSummary } from './store.ts';

export interface FeedEvent {
  /** Newest first; none when only the count has grown. */
  orders: OrderSummary[];
  /** How many more came that are not named, at least. */
  more: number;
}

export type Watcher = (event: FeedEvent) => void;

export interface FeedOptions {
  reader: Pick<OrderReader, 'list'>;
  /** The database does not answer; the feed goes on when it does. */
  onFault: (error: unknown) => void;
  minIntervalMs?: number;
  maxIntervalMs?: number;
}

/** Most orders that one event names. */
export const maxNamed = 20;

/** Looked at each time, so that an order whose transaction ended late is seen below newer ones. */
const window = 50;

export class Feed {
  readonly #options: Required<FeedOptions>;
  readonly #watchers = new Set<Watcher>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #stored = 0;
  /** How many the last look told of before this instance said that it had stored them. */
  #ahead = 0;
  #wake = new AbortController();

  constructor(options: FeedOptions) {
    this.#options = { minIntervalMs: 100, maxIntervalMs: 1_000, ...options };
  }

  /** This instance has stored so many orders. */
  stored(orders: number): void {
    if (orders === 0 || this.#watchers.size === 0) return;
    this.#stored += orders;
    this.#wake.abort();
  }

  /** The newest orders now: those after `after`, or the last ones. Throws when the database does not answer. */
  async newest(after?: OrderCursor): Promise<FeedEvent> {
    const orders = await this.#options.reader.list({ limit: after ? window : maxNamed, after });
    return { orders: orders.slice(0, maxNamed), more: Math.max(0, orders.length - maxNamed) };
  }

  /** Tells `watcher` of what comes from now on, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.#running ??= this.#run();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#wake.abort();
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { minIntervalMs, maxIntervalMs } = this.#options;
    let known: Set<string> | undefined;
    while (this.#watchers.size > 0 && !this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      known = (await this.#look(known)) ?? known;
      await pause(minIntervalMs, this.#stop.signal);
      await pause(maxIntervalMs - minIntervalMs, this.#wake.signal);
    }
    this.#running = undefined;
  }

  /** Tells what is new at the top of the list, and returns that. `undefined` when the database does not answer. */
  async #look(known: Set<string> | undefined): Promise<Set<string> | undefined> {
    try {
      // What is said to be stored after the question may or may not be in the answer: it is for the next look.
      const said = this.#stored;
      const top = await this.#options.reader.list({ limit: window });
      const fresh = known === undefined ? [] : top.filter((order) => !known.has(versionOf(order)));
      // An order can be seen in the moment between its commit and the word of it: it is counted once.
      const due = Math.max(0, said - this.#ahead);
      this.#stored = known === undefined ? 0 : this.#stored - said;
      this.#ahead = Math.max(0, fresh.length - due);
      const count = known === undefined ? 0 : Math.max(due, fresh.length);
      if (count > 0) {
        const orders = fresh.slice(0, maxNamed);
        const event = { orders, more: count - orders.length };
        for (const watcher of this.#watchers) watcher(event);
      }
      return new Set(top.map(versionOf));
    } catch (error) {
      this.#options.onFault(error);
      return undefined;
    }
  }
}

/** An order that was sent again with other content is another version. */
export function versionOf({ order_uid, receivedAt }: OrderSummary): string {
  return `${receivedAt}.${order_uid}`;
}

/** Puts an event behind an older one that was not sent yet: as large as one of them at most. */
export function merge(older: FeedEvent | undefined, newer: FeedEvent): FeedEvent {
  if (older === undefined) return newer;
  const orders = [...newer.orders, ...older.orders];
  return {
    orders: orders.slice(0, maxNamed),
    more: newer.more + older.more + Math.max(0, orders.length - maxNamed),
  };
}
