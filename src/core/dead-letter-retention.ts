/** Dead letters hold personal data: after some days they are removed, a few at a time, so that nobody waits for it. */
import { pause } from './backoff.ts';

export interface RetentionOptions {
  /** Removes up to `limit` of those that are old enough, and resolves with how many there were. */
  remove: (limit: number) => Promise<number>;
  onRemoved: (count: number) => void;
  onFault: (error: unknown) => void;
}

const batch = 500;
const betweenBatchesMs = 50;
const intervalMs = 10 * 60_000;
const afterFaultMs = 30_000;

/** Looks for old ones every ten minutes until `stop` is aborted. Never rejects. */
export async function removeOldDeadLetters(
  { remove, onRemoved, onFault }: RetentionOptions,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      const removed = await remove(batch);
      if (removed > 0) onRemoved(removed);
      await pause(removed < batch ? intervalMs : betweenBatchesMs, stop);
    } catch (error) {
      onFault(error);
      await pause(afterFaultMs, stop);
    }
  }
}
