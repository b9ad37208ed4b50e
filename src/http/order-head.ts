/** The head of an answer with an order: the same by every way that it is sent. */
import { hash } from 'node:crypto';
import type { CachedOrder } from '../core/cache.ts';
import type { Found } from '../core/lookup.ts';

/** The headers for an order that was found in `ms` milliseconds. */
export function orderHead({ order, from, cached }: Found, ms: number): Record<string, string> {
  return {
    ETag: etagOf(order),
    'Cache-Control': 'private, no-cache',
    // RFC 9211: what the cache did for this request.
    'Cache-Status':
      from === 'cache'
        ? 'order-service; hit'
        : cached
          ? 'order-service; fwd=miss; stored'
          : 'order-service; fwd=miss',
    'Server-Timing': `${from === 'cache' ? 'cache' : 'db'};dur=${ms.toFixed(3)}`,
  };
}

export const orderContentType = 'application/json; charset=utf-8';

export function etagOf(order: CachedOrder): string {
  return (order.etag ??= `"${hash('sha1', order.document, 'base64url')}"`);
}
