import { useState } from 'preact/hooks';
import type { Series } from '../../../src/core/stats.ts';
import { useSpeech } from '../language/language.ts';
import { Chart } from './chart.tsx';

const nothing: Series = {
  interval_seconds: 2,
  time: [],
  stored: [],
  updated: [],
  dead_letter: [],
  skipped: [],
  lag: [],
  lag_seconds: [],
  reads: [],
  hit_ratio: [],
  latency_p50_ms: [],
  latency_p99_ms: [],
};

/** What came in, what waits, what was read, and how fast. */
export function Charts({ series = nothing }: { series: Series | undefined }) {
  const { t, format } = useSpeech();
  const { charts } = t.watch;
  const [cursor, onCursor] = useState<number>();
  const shared = { time: series.time, cursor, onCursor };
  const count = (value: number): string => format.figure(value);
  const seconds = (value: number): string => t.watch.seconds(format.figure(value));
  const ms = (value: number): string => t.milliseconds(format.figure(value));
  return (
    <div class="charts">
      <Chart
        {...shared}
        heading={charts.orders.heading}
        least={{ left: 3 }}
        lines={[
          { label: charts.orders.stored, values: series.stored, look: 1, write: count, isFilled: true },
          { label: charts.orders.updated, values: series.updated, look: 2, write: count },
          { label: charts.orders.dead, values: series.dead_letter, look: 3, write: count },
        ]}
      />
      <Chart
        {...shared}
        heading={charts.lag.heading}
        least={{ left: 3, right: 3 }}
        lines={[
          { label: charts.lag.orders, values: series.lag, look: 1, write: count, isFilled: true },
          { label: charts.lag.seconds, values: series.lag_seconds, look: 2, axis: 'right', write: seconds },
        ]}
      />
      <Chart
        {...shared}
        heading={charts.reads.heading}
        least={{ left: 3, right: 0.75 }}
        lines={[
          { label: charts.reads.reads, values: series.reads, look: 1, write: count, isFilled: true },
          {
            label: charts.reads.hits,
            values: series.hit_ratio,
            look: 2,
            axis: 'right',
            write: (ratio) => format.percent(ratio * 100),
          },
        ]}
      />
      <Chart
        {...shared}
        heading={charts.latency.heading}
        least={{ left: 0.3 }}
        lines={[
          { label: charts.latency.p50, values: series.latency_p50_ms, look: 1, write: ms },
          { label: charts.latency.p99, values: series.latency_p99_ms, look: 2, write: ms },
        ]}
      />
    </div>
  );
}
