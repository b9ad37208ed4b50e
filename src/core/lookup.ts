/**
 * The read story: cache, else one flight to the database for each order, else nothing.
 *
 * I1: only what is committed comes in here. I6: what was read from the database while a newer version came in
 * is not kept, so that a slow read cannot bring an old version back; and neither can a slow write, whose answer
 * comes after the news that another instance has stored a newer version.
 */
import type { CachedOrder, OrderCache } from './cache.ts';
import type { OrderReader, StoredOrder } from './store.ts';

export interface Found {
  order: CachedOrder;
  from: 'cache' | 'database';
  /** Whether the cache holds it now. */
  cached: boolean;
}

/** A batch that is being stored, from before its transaction until its versions are shown. */
export interface Write {
  /** Versions that have just been committed, the newest last. Documents are copied. */
  put(orders: StoredOrder[]): void;
  /** Versions that are no longer known to be the newest. */
  forget(orderUids: string[]): void;
  end(): void;
}

interface Flight {
  result: Promise<StoredOrder | undefined>;
}

export class Lookup {
  readonly #cache: OrderCache;
  readonly #reader: Pick<OrderReader, 'find' | 'newest'>;
  readonly #flights = new Map<string, Flight>();
  /** For each write, the orders that something else has changed since it began; `undefined`: any may have changed. */
  readonly #writes = new Map<Write, Set<string> | undefined>();
  /** The cached orders that may have changed without a word: asked for in the database first, while it answers. */
  #doubtful = new Set<string>();
  /** While orders are being restored: those that changed meanwhile. */
  #changedSinceRestore: Set<string> | undefined;

  constructor(cache: OrderCache, reader: Pick<OrderReader, 'find' | 'newest'>) {
    this.#cache = cache;
    this.#reader = reader;
  }

  /** The order, if it is in memory and no doubt about it: at once, without the price of a promise. */
  hit(orderUid: string): Found | undefined {
    if (this.#doubtful.has(orderUid)) return undefined;
    const order = this.#cache.get(orderUid);
    return order && { order, from: 'cache', cached: true };
  }

  /** The newest committed version of an order. Throws when it is not cached and the database does not answer. */
  async find(orderUid: string): Promise<Found | undefined> {
    const hit = this.hit(orderUid);
    if (hit) return hit;
    const flight = this.#flights.get(orderUid) ?? this.#take(orderUid);
    let stored: StoredOrder | undefined;
    try {
      stored = await flight.result;
    } catch (error) {
      const doubtful = this.#cache.get(orderUid);
      if (doubtful) return { order: doubtful, from: 'cache', cached: true };
      throw error;
    }
    if (!stored) return undefined;
    const kept = this.#cache.get(orderUid);
    return { order: kept ?? { document: stored.document }, from: 'database', cached: kept !== undefined };
  }

  /**
   * Begins a write. What it puts is kept only when nothing else has changed the order meanwhile: of two versions
   * that are committed, the answer to the older can come last.
   */
  write(): Write {
    const write: Write = {
      put: (orders) => this.#put(orders, write),
      forget: (orderUids) => this.#forget(orderUids, write),
      end: () => void this.#writes.delete(write),
    };
    this.#writes.set(write, new Set());
    return write;
  }

  #put(orders: StoredOrder[], by: Write): void {
    const others = this.#writes.get(by);
    for (const { order_uid, document } of orders) {
      this.#changed(order_uid, by);
      const isNewest = others !== undefined && !others.has(order_uid);
      if (isNewest) this.#cache.set(order_uid, Buffer.from(document));
      else this.#cache.delete(order_uid);
    }
  }

  /** Versions that are no longer known to be the newest. */
  forget(orderUids: string[]): void {
    this.#forget(orderUids);
  }

  #forget(orderUids: string[], by?: Write): void {
    for (const orderUid of orderUids) {
      this.#changed(orderUid, by);
      this.#cache.delete(orderUid);
    }
  }

  /**
   * Fills the cache with the orders received last, and drops all else, because changes may have been missed. Until
   * then what is cached is doubtful. Throws when the database does not answer: readers then have what there was.
   */
  async restore(): Promise<void> {
    this.#flights.clear();
    this.#doubtful = new Set(this.#cache.keys());
    for (const write of this.#writes.keys()) this.#writes.set(write, undefined);
    const changed = (this.#changedSinceRestore = new Set());
    try {
      const orders = await this.#reader.newest(this.#cache.capacity);
      if (this.#changedSinceRestore !== changed) return;
      const newer = [...changed].map((orderUid) => [orderUid, this.#cache.get(orderUid)] as const);
      this.#cache.clear();
      this.#doubtful.clear();
      for (const { order_uid, document } of orders.toReversed()) {
        if (!changed.has(order_uid)) this.#cache.set(order_uid, document);
      }
      for (const [orderUid, order] of newer) if (order) this.#cache.set(orderUid, order.document);
    } finally {
      if (this.#changedSinceRestore === changed) this.#changedSinceRestore = undefined;
    }
  }

  #take(orderUid: string): Flight {
    const flight: Flight = { result: this.#reader.find(orderUid) };
    this.#flights.set(orderUid, flight);
    const land = (stored?: StoredOrder) => {
      if (this.#flights.get(orderUid) !== flight) return;
      this.#flights.delete(orderUid);
      if (!stored) return;
      this.#doubtful.delete(orderUid);
      this.#cache.set(orderUid, stored.document);
    };
    flight.result.then(land, () => land());
    return flight;
  }

  #changed(orderUid: string, by?: Write): void {
    this.#flights.delete(orderUid);
    this.#doubtful.delete(orderUid);
    for (const [write, others] of this.#writes) if (write !== by) others?.add(orderUid);
    this.#changedSinceRestore?.add(orderUid);
  }
}
