/**
 * Orders in memory, answered before the framework has a look.
 *
 * This is what the cache is for, and most of what readers ask. The framework's way to it (routing, validation, hooks,
 * headers one by one) takes half as long again as `node:http` with the same bytes (docs/performance.md). So a plain GET
 * of an order in memory is answered here, with the same head and the same metrics; all else goes the framework's way,
 * which alone decides what is an error.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Lookup } from '../core/lookup.ts';
import { orderContentType, orderHead } from './order-head.ts';

/** The addresses of an order up to its id, and the routes that the metrics know them by. */
const addresses = [
  { before: '/order/order?order_uid=', route: '/order/order' },
  { before: '/api/orders/', route: '/api/orders/:order_uid' },
] as const;

export interface CachedOrderOptions {
  lookup: Pick<Lookup, 'hit'>;
  onLookup: (result: 'hit') => void;
  onRequest: (event: { route: string; method: string; status: number; seconds: number }) => void;
  /** Whether a request to this value of the `Host` header is to be answered. */
  isServed: (host: string | undefined) => boolean;
}

/** Answers a request if it is for an order in memory; `false` if it is not, and nothing has been done. */
export function answerCached(options: CachedOrderOptions) {
  const { lookup, onLookup, onRequest, isServed } = options;
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { method, url = '', rawHeaders } = request;
    if (method !== 'GET' || header(rawHeaders, 'if-none-match') !== undefined) return false;
    const address = addresses.find(({ before }) => url.startsWith(before));
    if (!address || !isServed(header(rawHeaders, 'host'))) return false;
    const start = performance.now();
    // Whatever else follows the address is no id of an order in memory.
    const found = lookup.hit(url.slice(address.before.length));
    if (!found) return false;
    onLookup('hit');
    const { document } = found.order;
    response.writeHead(200, {
      'Content-Type': orderContentType,
      'Content-Length': document.length,
      'X-Content-Type-Options': 'nosniff',
      ...orderHead(found, performance.now() - start),
    });
    // A string goes with its head in one write, which a buffer does not; as Latin-1 each byte stays what it is.
    response.end(document.toString('latin1'), 'latin1');
    const seconds = (performance.now() - start) / 1_000;
    onRequest({ route: address.route, method, status: 200, seconds });
    return true;
  };
}

/** The first value of a header. Two are looked for here; `request.headers` would make an object of all there are. */
function header(rawHeaders: string[], name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index]!;
    if (found.length === name.length && found.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}
