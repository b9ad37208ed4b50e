/**
 * A histogram for what is measured ten thousand times a second. prom-client checks and joins the labels of its own for
 * each value, and looks for the class by name, which costs as much as finding an order in memory; here it is an
 * addition. Its registry asks for what was counted, and writes it as it writes its own.
 */
import type { Histogram, Registry } from 'prom-client';

export interface DurationsOptions {
  name: string;
  help: string;
  /** The upper bounds of the classes, in seconds, ascending. */
  bounds: readonly number[];
  registry: Registry;
}

/** The durations that have the same labels. */
export interface Series {
  observe(seconds: number): void;
}

export class Durations {
  readonly #options: DurationsOptions;
  readonly #series: Counted[] = [];

  constructor(options: DurationsOptions) {
    this.#options = options;
    const { name, registry } = options;
    // This is what the registry needs of a metric; its type names the classes of the library.
    registry.registerMetric({ name, get: async () => this.#read() } as unknown as Histogram);
  }

  /** Begins a series; each combination of labels may be begun once. */
  series(labels: Record<string, string | number> = {}): Series {
    const series = new Counted(labels, this.#options.bounds);
    this.#series.push(series);
    return series;
  }

  #read() {
    const { name, help, bounds } = this.#options;
    const values = this.#series.flatMap(({ labels, counts, sum }) => {
      let count = 0;
      const buckets = [...bounds, '+Inf'].map((le, index) => {
        count += counts[index]!;
        return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` };
      });
      return [
        ...buckets,
        { labels, value: sum, metricName: `${name}_sum` },
        { labels, value: count, metricName: `${name}_count` },
      ];
    });
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

class Counted implements Series {
  readonly labels: Record<string, string | number>;
  readonly #bounds: readonly number[];
  /** How many fall into each class, and last those above all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: Record<string, string | number>, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(seconds: number): void {
    let index = 0;
    while (seconds > this.#bounds[index]!) index++;
    this.counts[index]!++;
    this.sum += seconds;
  }
}
