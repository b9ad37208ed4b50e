/** Replays several dead letters, or all that match, some in each request: with progress, and a result for each. */
import { useCallback, useRef, useState } from 'preact/hooks';
import { askForJson } from '../http/ask.ts';
import type { Outcome, Result } from './dead-letter.ts';

export type Chosen = { ids: string[] } | { filter: Record<string, string> };

export type Bulk = {
  chosen: Chosen;
  isDryRun: boolean;
  state: 'running' | 'waiting' | 'done' | 'stopped' | 'failed';
  done: number;
  total: number;
  counts: Partial<Record<Outcome, number>>;
  /** The first ones: a list of a hundred thousand helps nobody, and the counts hold all. */
  results: Result[];
};

type Answer = { results: Result[]; total: number; next_cursor: string | null };

const perRequest = 25;
const maxResults = 500;

export function useBulk(onDone: () => void) {
  const [bulk, setBulk] = useState<Bulk>();
  const flight = useRef<AbortController>(undefined);

  const start = useCallback(
    async (chosen: Chosen, isDryRun: boolean): Promise<void> => {
      flight.current?.abort();
      const { signal } = (flight.current = new AbortController());
      const total = 'ids' in chosen ? chosen.ids.length : 0;
      let now: Bulk = { chosen, isDryRun, state: 'running', done: 0, total, counts: {}, results: [] };
      const show = (change: Partial<Bulk>): void => {
        now = { ...now, ...change };
        setBulk(now);
      };
      show({});
      let cursor: string | null = null;
      for (;;) {
        const asked: object =
          'ids' in chosen
            ? { ids: chosen.ids.slice(now.done, now.done + perRequest), dry_run: isDryRun }
            : {
                filter: chosen.filter,
                limit: perRequest,
                dry_run: isDryRun,
                ...(cursor !== null && { cursor }),
              };
        const answer = await askForJson('/api/dead-letters/replay', signal, asked);
        if (signal.aborted) return show({ state: 'stopped' });
        if ('retryAfterMs' in answer) {
          // The same request again is safe: what is done is not done twice.
          show({ state: 'waiting' });
          await new Promise((resolve) => setTimeout(resolve, answer.retryAfterMs));
          if (signal.aborted) return show({ state: 'stopped' });
          continue;
        }
        if (answer.kind !== 'answered') return show({ state: 'failed' });
        const { results, total, next_cursor } = answer.value as Answer;
        const counts = { ...now.counts };
        for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
        show({
          state: 'running',
          // `total` counts what is left when the request began.
          total: 'ids' in chosen ? now.total : now.done + total,
          done: now.done + results.length,
          counts,
          results: [...now.results, ...results].slice(0, maxResults),
        });
        cursor = next_cursor;
        const isOver = 'ids' in chosen ? now.done >= now.total : cursor === null;
        if (isOver) break;
      }
      show({ state: 'done' });
      if (!isDryRun) onDone();
    },
    [onDone],
  );

  const stop = useCallback(() => flight.current?.abort(), []);
  const close = useCallback(() => {
    flight.current?.abort();
    setBulk(undefined);
  }, []);
  return { bulk, start, stop, close };
}
