/** Measurements for Prometheus. Labels come from small fixed sets: no ids, no personal data. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OrderCache } from '../core/cache.ts';
import type { ReplayResult } from '../core/dead-letter.ts';
import type { BatchSummary, Measurement } from '../core/measurement.ts';
import type { Series } from '../core/stats.ts';
import { Durations, type Series as DurationSeries } from './durations.ts';
import { Timeline } from './timeline.ts';

/** The routes that answer with one order: what readers wait for. */
const orderRoutes = new Set(['/order/order', '/api/orders/:order_uid']);

export interface Request {
  /** The pattern of the address: the address itself may hold an id. */
  route: string;
  method: string;
  status: number;
  seconds: number;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #timeline = new Timeline();
  readonly #consumed = this.#counter('orders_consumed_total', 'Records by where they ended', ['outcome']);
  readonly #deadLetters = this.#counter('orders_dead_letters_total', 'Dead letters by what is wrong', [
    'code',
  ]);
  readonly #replays = this.#counter(
    'orders_dead_letter_replays_total',
    'Replays of dead letters by what became of them; without dry runs',
    ['outcome'],
  );
  readonly #published = this.#counter(
    'orders_dead_letters_published_total',
    'Dead letters handed to DEAD_LETTER_TOPIC, by whether it took them',
    ['result'],
  );
  readonly #removed = this.#counter(
    'orders_dead_letters_removed_total',
    'Dead letters removed because of their age',
    [],
  );
  /** Counted here, and told when they are asked for: a look-up in memory is not to wait for its own count. */
  readonly #lookups = { hit: 0, miss: 0 };
  readonly #faults = this.#counter(
    'orders_faults_total',
    'Faults of the infrastructure that were waited out',
    ['part'],
  );
  readonly #lost = this.#counter(
    'orders_lost_total',
    'Offsets that the broker had deleted before they were read (retention is shorter than the lag was)',
    [],
  );
  readonly #flushes = this.#counter('orders_batches_total', 'Batches by what made them go', ['reason']);
  readonly #lag = this.#gauge(
    'orders_consumer_lag',
    'Records in the assigned partitions that are not committed yet',
  );
  readonly #batchSize = this.#histogram(
    'orders_batch_size',
    'Records in a transaction',
    [],
    [1, 10, 50, 100, 250, 500, 1000, 2000, 5000],
  );
  readonly #batchDuration = this.#histogram(
    'orders_batch_duration_seconds',
    'From a full batch to its commit',
    [],
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  );
  readonly #endToEnd = new Durations({
    name: 'orders_end_to_end_seconds',
    help: 'From the timestamp of a record to its commit',
    bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600],
    registry: this.#registry,
  }).series();
  readonly #requestDurations = new Durations({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests',
    bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registry: this.#registry,
  });
  readonly #requests = new Map<string, DurationSeries>();

  constructor(cache: Pick<OrderCache, 'size' | 'bytes'>) {
    collectDefaultMetrics({ register: this.#registry });
    for (const outcome of ['stored', 'updated', 'dead_letter', 'skipped']) this.#consumed.inc({ outcome }, 0);
    for (const outcome of ['replayed', 'superseded', 'invalid']) this.#replays.inc({ outcome }, 0);
    for (const result of ['published', 'refused']) this.#published.inc({ result }, 0);
    this.#counter('orders_cache_requests_total', 'Look-ups by result', ['result'], (counter) => {
      counter.reset();
      for (const [result, count] of Object.entries(this.#lookups)) counter.inc({ result }, count);
    });
    this.#gauge('orders_cache_records', 'Orders in memory', (gauge) => gauge.set(cache.size));
    this.#gauge('orders_cache_bytes', 'Bytes of documents in memory', (gauge) => gauge.set(cache.bytes));
  }

  ingest(measurement: Measurement): void {
    switch (measurement.about) {
      case 'batch':
        return this.#batch(measurement.summary);
      case 'fault':
        return this.fault(measurement.part);
      case 'lost':
        return this.#lost.inc(measurement.offsets);
      case 'lag':
        this.#lag.set(measurement.records);
        this.#timeline.lag(measurement.records);
    }
  }

  #batch({ records, outcomes, codes, reason, seconds, ages, lastTimestamp }: BatchSummary): void {
    for (const [outcome, count] of Object.entries(outcomes)) this.#consumed.inc({ outcome }, count);
    for (const code of codes) this.#deadLetters.inc({ code });
    this.#flushes.inc({ reason });
    this.#batchSize.observe(records);
    this.#batchDuration.observe(seconds);
    for (const age of ages) this.#endToEnd.observe(age);
    this.#timeline.records(outcomes, lastTimestamp);
  }

  lookup(result: 'hit' | 'miss'): void {
    this.#lookups[result]++;
    this.#timeline.read(result);
  }

  replay({ outcome }: ReplayResult): void {
    this.#replays.inc({ outcome });
  }

  published({ published, refused }: { published: string[]; refused: unknown[] }): void {
    this.#published.inc({ result: 'published' }, published.length);
    this.#published.inc({ result: 'refused' }, refused.length);
  }

  removed(count: number): void {
    this.#removed.inc(count);
  }

  fault(part: 'database' | 'kafka' | 'listener' | 'commit' | 'dead_letters'): void {
    this.#faults.inc({ part });
  }

  request({ route, method, status, seconds }: Request): void {
    const key = `${method} ${status} ${route}`;
    let series = this.#requests.get(key);
    if (!series) {
      series = this.#requestDurations.series({ route, method, status });
      this.#requests.set(key, series);
    }
    series.observe(seconds);
    if (orderRoutes.has(route)) this.#timeline.latency(seconds * 1_000);
  }

  /** The last minutes, after `since` (Unix seconds). */
  series(since?: number): Series {
    return this.#timeline.series(since);
  }

  async read(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #counter(name: string, help: string, labelNames: string[], collect?: (counter: Counter) => void): Counter {
    return new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      ...collecting(collect),
    });
  }

  #gauge(name: string, help: string, collect?: (gauge: Gauge) => void): Gauge {
    return new Gauge({
      name,
      help,
      registers: [this.#registry],
      ...collecting(collect),
    });
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}

/** `collect` as prom-client takes it: called when the registry is read, with the metric as `this`. */
function collecting<M>(collect: ((metric: M) => void) | undefined) {
  return (
    collect && {
      collect(this: M) {
        collect(this);
      },
    }
  );
}
