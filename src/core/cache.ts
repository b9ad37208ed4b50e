/** The orders in memory: least recently used go first, bounded in records and in bytes (I7). */

export interface CachedOrder {
  /** The bytes to send. */
  document: Buffer;
  /** The strong validator of `document` (RFC 9110, section 8.8.3), set by whoever first needs it. */
  etag?: string;
}

export interface CacheLimits {
  /** Most orders. */
  capacity: number;
  /** Most bytes of documents together. */
  maxBytes: number;
}

export class OrderCache {
  readonly #limits: CacheLimits;
  /** A Map keeps the order of insertion: the first key is the least recently used. */
  readonly #orders = new Map<string, CachedOrder>();
  #bytes = 0;
  /** Behind all others already: where everyone reads one order, it need not be moved each time. */
  #lastUsed: CachedOrder | undefined;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#orders.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get capacity(): number {
    return this.#limits.capacity;
  }

  keys(): Iterable<string> {
    return this.#orders.keys();
  }

  get(orderUid: string): CachedOrder | undefined {
    const found = this.#orders.get(orderUid);
    if (found === undefined || found === this.#lastUsed) return found;
    this.#orders.delete(orderUid);
    this.#orders.set(orderUid, found);
    this.#lastUsed = found;
    return found;
  }

  /** Takes over `document`: it must not share memory with a larger buffer, which it would keep alive. */
  set(orderUid: string, document: Buffer): CachedOrder {
    this.delete(orderUid);
    const order: CachedOrder = { document };
    this.#orders.set(orderUid, order);
    this.#lastUsed = order;
    this.#bytes += document.length;
    this.#evict();
    return order;
  }

  delete(orderUid: string): void {
    const found = this.#orders.get(orderUid);
    if (found === undefined) return;
    this.#orders.delete(orderUid);
    this.#bytes -= found.document.length;
  }

  clear(): void {
    this.#orders.clear();
    this.#bytes = 0;
  }

  #evict(): void {
    for (const orderUid of this.#orders.keys()) {
      if (this.#orders.size <= this.#limits.capacity && this.#bytes <= this.#limits.maxBytes) return;
      this.delete(orderUid);
    }
  }
}
