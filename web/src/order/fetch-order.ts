/** One look for one order. */
import { ask, askForJson, type Failure } from '../http/ask.ts';
import type { OrderPage } from '../orders/use-orders.ts';
import type { Key } from '../route.ts';
import { readOrder, type OrderDocument } from './document.ts';
import { isOrderId } from './order-id.ts';

export type Source = { from: 'cache' | 'database'; durationMs: number | undefined };

export type Outcome =
  | { kind: 'found'; document: OrderDocument; source: Source | undefined }
  /** It is no order id, but orders have it as this. */
  | { kind: 'is-key'; by: Key }
  | Failure;

export async function fetchOrder(uid: string, signal: AbortSignal): Promise<Outcome> {
  if (!isOrderId(uid)) return (await findKey(uid, signal)) ?? { kind: 'invalid', detail: '' };
  const answer = await ask(`/api/orders/${encodeURIComponent(uid)}`, signal);
  if (answer.kind === 'not-found') return (await findKey(uid, signal)) ?? answer;
  if (answer.kind !== 'answered') return answer;
  try {
    return { kind: 'found', document: readOrder(answer.body), source: readSource(answer.headers) };
  } catch {
    // A proxy's own page with status 200, for one.
    return { kind: 'unexpected', status: 200 };
  }
}

/** A person pastes what they have. What is no order's id may be a track number or a customer's id. */
async function findKey(text: string, signal: AbortSignal): Promise<Outcome | undefined> {
  if (text.length > 1_000) return undefined;
  const keys: Key[] = ['track_number', 'customer_id'];
  const answers = await Promise.all(
    keys.map((key) => askForJson(`/api/orders?limit=1&${key}=${encodeURIComponent(text)}`, signal)),
  );
  const index = answers.findIndex(
    (answer) => answer.kind === 'answered' && (answer.value as OrderPage).orders.length > 0,
  );
  const by = keys[index];
  return by && { kind: 'is-key', by };
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
