/** The last minutes in short intervals, kept in memory: what the page draws without a database of metrics. */
import type { Outcome } from '../core/record.ts';
import type { Series } from '../core/stats.ts';
import { Latencies } from './latencies.ts';

export const intervalMs = 2_000;

/** Five minutes. */
export const maxIntervals = 150;

type Row = { [Column in Exclude<keyof Series, 'interval_seconds'>]: Series[Column][number] };

export class Timeline {
  readonly #now: () => number;
  readonly #rows: Row[] = [];
  readonly #outcomes: Record<Outcome, number> = { stored: 0, updated: 0, dead_letter: 0, skipped: 0 };
  readonly #reads = { hit: 0, miss: 0 };
  readonly #latencies = new Latencies();
  /** The end of the current interval. */
  #endsAt: number;
  #lag: number | undefined;
  #lagKnownAt = 0;
  #noLagAt = 0;
  #lastTimestamp = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#endsAt = now() + intervalMs;
  }

  /** So many records ended; `lastTimestamp` is the newest of theirs, in milliseconds since 1970. */
  records(outcomes: Partial<Record<Outcome, number>>, lastTimestamp: number): void {
    this.#roll();
    for (const [outcome, count] of Object.entries(outcomes)) this.#outcomes[outcome as Outcome] += count;
    this.#lastTimestamp = lastTimestamp;
  }

  read(result: 'hit' | 'miss'): void {
    this.#roll();
    this.#reads[result]++;
  }

  latency(ms: number): void {
    this.#roll();
    this.#latencies.add(ms);
  }

  lag(records: number): void {
    this.#roll();
    this.#lag = records;
    this.#lagKnownAt = this.#now();
    if (records === 0) this.#noLagAt = this.#now();
  }

  /** The whole intervals that ended after `since` (Unix seconds), oldest first. */
  series(since = 0): Series {
    this.#roll();
    const rows = this.#rows.filter(({ time }) => time > since);
    const column = <Name extends keyof Row>(name: Name) => rows.map((row) => row[name]);
    return {
      interval_seconds: intervalMs / 1_000,
      time: column('time'),
      stored: column('stored'),
      updated: column('updated'),
      dead_letter: column('dead_letter'),
      skipped: column('skipped'),
      lag: column('lag'),
      lag_seconds: column('lag_seconds'),
      reads: column('reads'),
      hit_ratio: column('hit_ratio'),
      latency_p50_ms: column('latency_p50_ms'),
      latency_p99_ms: column('latency_p99_ms'),
    };
  }

  /** Ends the intervals that are over. After a long sleep of the machine only the last ones count. */
  #roll(): void {
    const now = this.#now();
    const whole = Math.floor((now - this.#endsAt) / intervalMs) + 1;
    if (whole <= 0) return;
    if (whole > maxIntervals) this.#endsAt += (whole - maxIntervals) * intervalMs;
    for (; this.#endsAt <= now; this.#endsAt += intervalMs) this.#end();
    if (this.#rows.length > maxIntervals) this.#rows.splice(0, this.#rows.length - maxIntervals);
  }

  #end(): void {
    const perSecond = (count: number) => round(count / (intervalMs / 1_000));
    const { hit, miss } = this.#reads;
    const known = this.#endsAt - this.#lagKnownAt < 3 * intervalMs;
    this.#rows.push({
      time: this.#endsAt / 1_000,
      stored: perSecond(this.#outcomes.stored),
      updated: perSecond(this.#outcomes.updated),
      dead_letter: perSecond(this.#outcomes.dead_letter),
      skipped: perSecond(this.#outcomes.skipped),
      lag: known ? (this.#lag ?? null) : null,
      lag_seconds: known ? this.#lagSeconds() : null,
      reads: perSecond(hit + miss),
      hit_ratio: hit + miss === 0 ? null : round(hit / (hit + miss)),
      latency_p50_ms: roundOrNull(this.#latencies.percentile(0.5)),
      latency_p99_ms: roundOrNull(this.#latencies.percentile(0.99)),
    });
    this.#outcomes.stored = this.#outcomes.updated = this.#outcomes.dead_letter = this.#outcomes.skipped = 0;
    this.#reads.hit = this.#reads.miss = 0;
    this.#latencies.clear();
  }

  /**
   * What waits came after the last record that was taken, and after the last moment when nothing waited: so it
   * has been waiting for the time since the later of the two, at most.
   */
  #lagSeconds(): number | null {
    if (this.#lag === undefined) return null;
    if (this.#lag === 0) return 0;
    const since = Math.max(this.#lastTimestamp, this.#noLagAt);
    return since === 0 ? null : round(Math.max(0, this.#endsAt - since) / 1_000);
  }
}

/** Three significant digits and all before the point: charts need no more, and the answer stays small. */
function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function roundOrNull(value: number | undefined): number | null {
  return value === undefined ? null : round(value);
}
