import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from 'prom-client';
import { Durations } from '../../src/telemetry/durations.ts';

test('what is exposed is what a histogram of prom-client exposes of the same values', async () => {
  const metric = { name: 'waits_seconds', help: 'How long it took' };
  const bounds = [0.1, 0.5, 1];
  const ours = new Registry();
  const theirs = new Registry();
  const durations = new Durations({ ...metric, bounds, registry: ours });
  const histogram = new Histogram({
    ...metric,
    buckets: bounds,
    labelNames: ['route', 'status'],
    registers: [theirs],
  });
  for (const labels of [
    { route: '/a', status: 200 },
    { route: '/b"\\', status: 404 },
  ]) {
    const series = durations.series(labels);
    for (const seconds of [0, 0.1, 0.100001, 0.25, 0.5, 1, 1.5, 1e9]) {
      series.observe(seconds);
      histogram.observe(labels, seconds);
    }
  }
  assert.equal(await ours.metrics(), await theirs.metrics());
});

test('a series that has no labels counts from 0', async () => {
  const registry = new Registry();
  new Durations({ name: 'waits_seconds', help: 'How long it took', bounds: [1], registry }).series();
  assert.match(await registry.metrics(), /^waits_seconds_bucket\{le="1"\} 0$/m);
  assert.match(await registry.metrics(), /^waits_seconds_count 0$/m);
});
