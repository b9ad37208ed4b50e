/** Waiting between attempts: exponential with full jitter, so that instances do not come back in step. */
import { setTimeout as delay } from 'node:timers/promises';

const firstMs = 100;
const maxMs = 2_000;

/** How long to wait before attempt `attempt` + 1 (the first attempt is 1), in milliseconds. */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}

/** Resolves after `ms`, or at once when `signal` is aborted. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // The only error is the abort, and whoever aborts wants the wait to end.
  }
}
