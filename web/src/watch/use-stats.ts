/** The service's own figures of the last minutes, asked for every two seconds while the page is seen. */
import { useEffect, useState } from 'preact/hooks';
import type { Series } from '../../../src/core/stats.ts';
import { askForJson, type Failure } from '../http/ask.ts';
import { useVisible } from './use-live-orders.ts';

export type Stats = { ready: boolean; parts: Record<string, string>; series: Series };

export type StatsView = { stats: Stats | undefined; failure: Failure | undefined };

const intervalMs = 2_000;
const maxPoints = 150;

export function useStats(): StatsView {
  const [view, setView] = useState<StatsView>({ stats: undefined, failure: undefined });
  const seen = useVisible();

  useEffect(() => {
    if (!seen) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    let stats: Stats | undefined;
    const look = async (): Promise<void> => {
      const since = stats?.series.time.at(-1);
      const answer = await askForJson(
        `/api/stats${since === undefined ? '' : `?since=${since}`}`,
        stop.signal,
      );
      if (stop.signal.aborted) return;
      if (answer.kind === 'answered') {
        stats = joined(stats, answer.value as Stats);
        setView({ stats, failure: undefined });
      } else {
        setView(({ stats }) => ({ stats, failure: answer }));
      }
      timer = setTimeout(() => void look(), intervalMs);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [seen]);

  return view;
}

function joined(before: Stats | undefined, now: Stats): Stats {
  if (before === undefined) return now;
  const columns = Object.entries(now.series).map(([name, column]) => {
    if (!Array.isArray(column)) return [name, column];
    const earlier = before.series[name as keyof Series] as (number | null)[];
    return [name, [...earlier, ...(column as (number | null)[])].slice(-maxPoints)];
  });
  return { ...now, series: Object.fromEntries(columns) as Series };
}
