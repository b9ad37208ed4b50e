/**
 * The read story: cache, else one flight to the database for each order, else nothing.
 *
 * I1: only what is committed comes in here. I6: what was read from the database while a newer version came in
 * is not kept, so that a slow read cannot bring an old version back.
 */
import type { CachedOrder, OrderCache } from './cache.ts';
import type { OrderStore, StoredOrder } from './store.ts';

export interface Found {
  order: CachedOrder;
  from: 'cache' | 'database';
  /** Whether the cache holds it now. */
  cached: boolean;
}

interface Flight {
  result: Promise<StoredOrder | undefined>;
}

export class Lookup {
  readonly #cache: OrderCache;
  readonly #store: Pick<OrderStore, 'find' | 'newest'>;
  readonly #flights = new Map<string, Flight>();
  /** While orders are being restored: those that changed meanwhile. */
  #changedSinceRestore: Set<string> | undefined;

  constructor(cache: OrderCache, store: Pick<OrderStore, 'find' | 'newest'>) {
    this.#cache = cache;
    this.#store = store;
  }

  /** The newest committed version of an order. Throws when it is not cached and the database does not answer. */
  async find(orderUid: string): Promise<Found | undefined> {
    const cached = this.#cache.get(orderUid);
    if (cached) return { order: cached, from: 'cache', cached: true };
    const flight = this.#flights.get(orderUid) ?? this.#take(orderUid);
    const stored = await flight.result;
    if (!stored) return undefined;
    const kept = this.#cache.get(orderUid);
    return { order: kept ?? { document: stored.document }, from: 'database', cached: kept !== undefined };
  }

  /** Versions that have just been committed, the newest last. Documents are copied. */
  put(orders: StoredOrder[]): void {
    const overflow = orders.length - this.#cache.capacity;
    orders.forEach(({ order_uid, document }, index) => {
      this.#changed(order_uid);
      // What those behind it would push out is not worth its copy.
      if (index < overflow) this.#cache.delete(order_uid);
      else this.#cache.set(order_uid, Buffer.from(document));
    });
  }

  /** A version that is no longer known to be the newest. */
  forget(orderUid: string): void {
    this.#changed(orderUid);
    this.#cache.delete(orderUid);
  }

  /**
   * Fills the cache with the orders received last, and drops all else. Throws when the database does not
   * answer; the cache is then empty.
   */
  async restore(): Promise<void> {
    this.#cache.clear();
    this.#flights.clear();
    const changed = (this.#changedSinceRestore = new Set());
    try {
      const orders = await this.#store.newest(this.#cache.capacity);
      if (this.#changedSinceRestore !== changed) return;
      for (const { order_uid, document } of orders.toReversed()) {
        if (!changed.has(order_uid)) this.#cache.set(order_uid, document);
      }
    } finally {
      if (this.#changedSinceRestore === changed) this.#changedSinceRestore = undefined;
    }
  }

  #take(orderUid: string): Flight {
    const flight: Flight = { result: this.#store.find(orderUid) };
    this.#flights.set(orderUid, flight);
    const land = (stored?: StoredOrder) => {
      if (this.#flights.get(orderUid) !== flight) return;
      this.#flights.delete(orderUid);
      if (stored) this.#cache.set(orderUid, stored.document);
    };
    flight.result.then(land, () => land());
    return flight;
  }

  #changed(orderUid: string): void {
    this.#flights.delete(orderUid);
    this.#changedSinceRestore?.add(orderUid);
  }
}
