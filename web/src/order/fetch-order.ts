/**
 * One request for one order. Every way it can end is a value, so that the page has words for each.
 */
import { readOrder, type OrderDocument } from './document.ts';
import { isOrderId } from './order-id.ts';

export type Source = { from: 'cache' | 'database'; durationMs: number | undefined };

export type Outcome =
  | { kind: 'found'; document: OrderDocument; source: Source | undefined }
  | { kind: 'not-found' }
  | { kind: 'invalid-id' }
  | { kind: 'too-many-requests'; retryAfterMs: number }
  | { kind: 'unavailable'; retryAfterMs: number }
  | { kind: 'offline' }
  | { kind: 'no-answer' }
  | { kind: 'unexpected'; status: number };

const timeoutMs = 20_000;
const defaultRetryAfterMs = 5_000;
const longestRetryAfterMs = 120_000;

export async function fetchOrder(uid: string, signal: AbortSignal): Promise<Outcome> {
  if (!isOrderId(uid)) return { kind: 'invalid-id' };
  let response: Response;
  let body: string;
  try {
    response = await fetch(`/api/orders/${encodeURIComponent(uid)}`, {
      headers: { accept: 'application/json' },
      // Personal data: not into the browser's cache on disk.
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    body = await response.text();
  } catch {
    return { kind: navigator.onLine ? 'no-answer' : 'offline' };
  }
  switch (response.status) {
    case 200:
      return found(body, response.headers);
    case 400:
      return { kind: 'invalid-id' };
    case 404:
      return { kind: 'not-found' };
    case 429:
      return { kind: 'too-many-requests', retryAfterMs: retryAfterMs(response.headers) };
    case 503:
      return { kind: 'unavailable', retryAfterMs: retryAfterMs(response.headers) };
    default:
      return { kind: 'unexpected', status: response.status };
  }
}

function found(body: string, headers: Headers): Outcome {
  try {
    return { kind: 'found', document: readOrder(body), source: readSource(headers) };
  } catch {
    // A proxy's own page with status 200, for one.
    return { kind: 'unexpected', status: 200 };
  }
}

/** RFC 9211 `Cache-Status: order-service; hit` and `Server-Timing: cache;dur=0.02`. */
function readSource(headers: Headers): Source | undefined {
  const parameters = (headers.get('cache-status') ?? '').split(';').map((part) => part.trim());
  const hit = parameters.includes('hit');
  if (!hit && !parameters.some((parameter) => parameter.startsWith('fwd='))) return undefined;
  const metric = hit ? 'cache' : 'db';
  const duration = (headers.get('server-timing') ?? '')
    .split(',')
    .map((entry) => entry.trim().split(/\s*;\s*/))
    .find(([name]) => name === metric)
    ?.find((parameter) => parameter.startsWith('dur='))
    ?.slice('dur='.length);
  const durationMs = Number(duration ?? NaN);
  return {
    from: hit ? 'cache' : 'database',
    durationMs: Number.isFinite(durationMs) ? durationMs : undefined,
  };
}

/** Seconds or a date (RFC 9110), within reason. */
function retryAfterMs(headers: Headers): number {
  const value = headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  if (!Number.isFinite(waitMs)) return defaultRetryAfterMs;
  return Math.min(Math.max(waitMs, 1000), longestRetryAfterMs);
}
