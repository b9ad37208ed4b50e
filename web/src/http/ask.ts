/** One request to the service. Every way it can end is a value, so that the page has words for each. */
export type Answer = { kind: 'answered'; body: string; headers: Headers };

export type Failure =
  | { kind: 'not-found' }
  | { kind: 'invalid'; detail: string }
  | { kind: 'too-many-requests'; retryAfterMs: number }
  | { kind: 'unavailable'; retryAfterMs: number }
  | { kind: 'offline' }
  | { kind: 'no-answer' }
  | { kind: 'unexpected'; status: number };

const timeoutMs = 20_000;
const defaultRetryAfterMs = 5_000;
const longestRetryAfterMs = 120_000;

export async function ask(path: string, signal: AbortSignal, sent?: unknown): Promise<Answer | Failure> {
  let response: Response;
  let body: string;
  try {
    response = await fetch(path, {
      headers: {
        accept: 'application/json',
        ...(sent !== undefined && { 'content-type': 'application/json' }),
      },
      ...(sent !== undefined && { method: 'POST', body: JSON.stringify(sent) }),
      // Personal data: not into the browser's cache on disk.
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    body = await response.text();
  } catch {
    return { kind: navigator.onLine ? 'no-answer' : 'offline' };
  }
  if (response.ok) return { kind: 'answered', body, headers: response.headers };
  return failureOf(response, body);
}

/** `ask` for JSON; whoever asks knows its shape. */
export async function askForJson(
  path: string,
  signal: AbortSignal,
  sent?: unknown,
): Promise<{ kind: 'answered'; value: unknown } | Failure> {
  const answer = await ask(path, signal, sent);
  if (answer.kind !== 'answered') return answer;
  try {
    return { kind: 'answered', value: JSON.parse(answer.body) as unknown };
  } catch {
    // A proxy's own page with status 200, for one.
    return { kind: 'unexpected', status: 200 };
  }
}

export function failureOf({ status, headers }: Response, body: string): Failure {
  switch (status) {
    case 400:
    case 409:
    case 422:
      return { kind: 'invalid', detail: detailOf(body) };
    case 404:
      return { kind: 'not-found' };
    case 429:
      return { kind: 'too-many-requests', retryAfterMs: retryAfterMs(headers) };
    case 503:
      return { kind: 'unavailable', retryAfterMs: retryAfterMs(headers) };
    default:
      return { kind: 'unexpected', status };
  }
}

/** The words of a problem (RFC 9457). */
function detailOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === 'string' ? detail : '';
  } catch {
    return '';
  }
}

/** Seconds or a date (RFC 9110), within reason. */
function retryAfterMs(headers: Headers): number {
  const value = headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  if (!Number.isFinite(waitMs)) return defaultRetryAfterMs;
  return Math.min(Math.max(waitMs, 1000), longestRetryAfterMs);
}
