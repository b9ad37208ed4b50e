import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Latencies } from '../../src/telemetry/latencies.ts';
import { intervalMs, maxIntervals, Timeline } from '../../src/telemetry/timeline.ts';

function clock(start = 1_800_000_000_000) {
  let now = start;
  return { now: () => now, pass: (ms: number) => (now += ms) };
}

test('what happens in an interval is in its row, as a rate', () => {
  const { now, pass } = clock();
  const timeline = new Timeline(now);
  timeline.records({ stored: 2, updated: 1, dead_letter: 1, skipped: 1 }, now());
  timeline.read('hit');
  timeline.read('miss');
  timeline.latency(3);
  timeline.lag(0);
  assert.equal(timeline.series().time.length, 0);
  pass(intervalMs);
  const series = timeline.series();
  assert.deepEqual(
    [series.stored, series.updated, series.dead_letter, series.skipped, series.reads, series.hit_ratio],
    [[1], [0.5], [0.5], [0.5], [1], [0.5]],
  );
  assert.deepEqual([series.lag, series.lag_seconds], [[0], [0]]);
  pass(intervalMs);
  const idle = timeline.series(series.time[0]);
  assert.deepEqual([idle.stored, idle.hit_ratio, idle.latency_p99_ms], [[0], [null], [null]]);
});

test('what waits has been waiting since the last record or since nothing waited, whichever is later', () => {
  const { now, pass } = clock();
  const timeline = new Timeline(now);
  const lagSeconds = () => timeline.series().lag_seconds.at(-1);
  timeline.lag(100);
  pass(intervalMs);
  assert.equal(lagSeconds(), null, 'nothing is known yet');
  timeline.records({ stored: 1 }, now() - 3_600_000);
  timeline.lag(99);
  pass(intervalMs);
  assert.equal(lagSeconds(), 3_602, 'an hour behind');
  timeline.lag(0);
  pass(intervalMs);
  assert.equal(lagSeconds(), 0);
  timeline.lag(1);
  pass(intervalMs);
  assert.equal(lagSeconds(), 4, 'one that came after nothing waited');
});

test('a lag that nobody can tell any more is not known', () => {
  const { now, pass } = clock();
  const timeline = new Timeline(now);
  timeline.lag(7);
  pass(5 * intervalMs);
  assert.deepEqual(timeline.series().lag, [7, 7, null, null, null]);
});

test('memory is bounded, also after a long sleep', () => {
  const { now, pass } = clock();
  const timeline = new Timeline(now);
  for (let interval = 0; interval < 2 * maxIntervals; interval++) {
    timeline.read('hit');
    pass(intervalMs);
  }
  assert.equal(timeline.series().time.length, maxIntervals);
  pass(10 * 24 * 3_600_000);
  const { time } = timeline.series();
  assert.equal(time.length, maxIntervals);
  assert.ok(now() / 1_000 - time.at(-1)! < intervalMs / 1_000);
});

test('percentiles are right within 9 %', () => {
  const latencies = new Latencies();
  assert.equal(latencies.percentile(0.5), undefined);
  for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms);
  for (const share of [0.01, 0.5, 0.99, 1]) {
    const exact = share * 1_000;
    assert.ok(Math.abs(latencies.percentile(share)! - exact) / exact < 0.09, String(share));
  }
  latencies.add(0);
  latencies.add(1e12);
  assert.ok(latencies.percentile(0)! > 0);
});
