/** Orders for tests. */
import canonicalOrder from '../../src/core/canonical-order.json' with { type: 'json' };
import type { Order } from '../../src/core/order.ts';

/** The canonical order under another id, with `changes`. */
export function orderWith(changes: Partial<Order> & Record<string, unknown> = {}): Order {
  return { ...structuredClone(canonicalOrder), ...changes };
}
