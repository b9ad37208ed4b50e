/** `make bench`: each figure beside its limit, measured in the same run, on real Kafka and PostgreSQL. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import canonicalOrder from '../src/core/canonical-order.json' with { type: 'json' };
import { generateOrder } from '../src/core/generate.ts';
import { fillBacklog } from './backlog.ts';
import { startCluster, startService, type Cluster } from './cluster.ts';
import { measureCopy } from './copy-limit.ts';
import { emulate, measureFreshness, readAtRate } from './freshness.ts';
import { grow, measureIngest, measureOneByOne } from './ingest.ts';
import { load, startBare, type Bare, type Load } from './reads.ts';

const backlog = 200_000;
const smallBacklog = 20_000;
const variation = 50_000;
const growthBacklog = 80_000;
const oneByOne = 2_000;
const grown = [1_000_000, 3_000_000];
const uncachedIds = 20_000;
const seconds = 5;
const readRounds = 10;

interface Row {
  what: string;
  value: number;
  unit: string;
  /** What it is compared with, in the same run. */
  against?: { what: string; value: number; bar?: number; goal?: number };
}

const rows: Row[] = [];

function report(row: Row): number {
  rows.push(row);
  const ratio = row.against ? `  ${(row.value / row.against.value).toFixed(2)} of ${row.against.what}` : '';
  process.stderr.write(`  ${row.what}: ${round(row.value)} ${row.unit}${ratio}\n`);
  return row.value;
}

function step(text: string): void {
  process.stderr.write(`${text} ...\n`);
}

/** The one in the middle by its rate. */
function median(loads: Load[]): Load {
  return loads.toSorted((a, b) => a.perSecond - b.perSecond)[loads.length >> 1]!;
}

const round = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

async function ingest(cluster: Cluster, databaseUrl: string): Promise<void> {
  const { brokers } = cluster;
  step(`Ingest: sending ${backlog} orders`);
  await fillBacklog({ brokers, topic: 'warm', count: smallBacklog, seed: 1 });
  await fillBacklog({ brokers, topic: 'backlog', count: backlog, seed: 2 });
  const small = await measureIngest({ brokers, topic: 'warm', databaseUrl, count: smallBacklog });
  const large = await measureIngest({ brokers, topic: 'backlog', databaseUrl, count: backlog });
  step('Ingest: the limits');
  const copy = await measureCopy(databaseUrl);
  const single = await measureOneByOne(databaseUrl, oneByOne);
  report({ what: 'COPY of the same rows, two connections', value: copy, unit: 'orders/s' });
  report({ what: 'one transaction an order', value: single, unit: 'orders/s' });
  const rate = { what: 'ingest of a backlog', value: large.perSecond, unit: 'orders/s' };
  report({ ...rate, against: { what: 'COPY', value: copy, bar: 0.35, goal: 0.5 } });
  report({ ...rate, against: { what: 'one by one', value: single, bar: 25 } });
  const peak = { what: 'peak memory of the service', value: large.peakMb, unit: 'MB' };
  report({ ...peak, against: { what: `the same with a tenth of the backlog`, value: small.peakMb } });

  step('Ingest: orders that are known already');
  const known = { brokers, count: variation, seed: 2 };
  await fillBacklog({
    ...known,
    topic: 'updates',
    change: (order) => ({ ...order, sm_id: order.sm_id + 1 }),
  });
  await fillBacklog({
    ...known,
    topic: 'duplicates',
    change: (order) => ({ ...order, sm_id: order.sm_id + 1 }),
  });
  for (const topic of ['updates', 'duplicates']) {
    const { perSecond } = await measureIngest({ brokers, topic, databaseUrl, count: variation });
    const against = { what: 'new orders', value: large.perSecond };
    report({ what: `ingest of ${topic}`, value: perSecond, unit: 'orders/s', against });
  }
}

async function reads(cluster: Cluster, databaseUrl: string): Promise<void> {
  const { brokers } = cluster;
  const service = await startService({ brokers, topic: 'backlog', databaseUrl });
  const cachedUrl = `${service.url}/order/order?order_uid=${canonicalOrder.order_uid}`;
  let bare: Bare | undefined;
  try {
    step('Reads');
    await fillBacklog({ brokers, topic: 'backlog', count: 1, seed: 0, change: () => canonicalOrder });
    while (!(await fetch(cachedUrl)).ok);
    bare = await startBare(cachedUrl);
    const orderUids = Array.from({ length: uncachedIds }, (_, index) => generateOrder(2, index).order_uid);
    const wide = { connections: 64, seconds: 1 };
    const rounds: Record<'limit' | 'cached' | 'uncached', Load>[] = [];
    // In turn, so that a slow moment of the machine meets all three; the first round warms up.
    for (let round = 0; round <= readRounds; round++) {
      rounds.push({
        limit: await load(bare.url, wide),
        cached: await load(cachedUrl, wide),
        uncached: await load(`${service.url}/api/orders/`, { ...wide, orderUids }),
      });
    }
    const [limit, cached, uncached] = (['limit', 'cached', 'uncached'] as const).map((of) =>
      median(rounds.slice(1).map((round) => round[of])),
    ) as [Load, Load, Load];
    const bareRate = { what: 'bare node:http', value: limit.perSecond };
    const reportRate = (what: string, { perSecond }: Load, asked: { bar: number; goal: number }) =>
      report({ what, value: perSecond, unit: 'requests/s', against: { ...bareRate, ...asked } });
    report({ what: 'bare node:http, 64 connections', value: limit.perSecond, unit: 'requests/s' });
    reportRate('cached read', cached, { bar: 0.8, goal: 0.95 });
    report({ what: 'cached read, p50', value: cached.p50Ms, unit: 'ms' });
    report({ what: 'cached read, p99', value: cached.p99Ms, unit: 'ms' });
    reportRate('uncached read', uncached, { bar: 0.15, goal: 0.25 });
    const narrow = { connections: 1, seconds: 3 };
    const one = await load(cachedUrl, narrow);
    const oneUncached = await load(`${service.url}/api/orders/`, { ...narrow, orderUids });
    report({ what: 'uncached latency, one connection, p50', value: oneUncached.p50Ms, unit: 'ms' });
    report({
      what: 'cached latency, one connection, p50',
      value: one.p50Ms,
      unit: 'ms',
      against: { what: 'uncached', value: oneUncached.p50Ms },
    });

    step('Freshness');
    const settings = { brokers, topic: 'backlog', url: service.url };
    const fresh = await measureFreshness(settings, { perSecond: 500, seconds: 10, seed: 10 });
    report({ what: 'acknowledged to readable at 500/s, p50 (goal 10)', value: fresh.p50Ms, unit: 'ms' });
    report({ what: 'acknowledged to readable at 500/s, p99 (goal 50)', value: fresh.p99Ms, unit: 'ms' });

    step('Reads beside ingest');
    const pause = new Promise((resolve) => setTimeout(resolve, (seconds + 2) * 1_000));
    const idle = await readAtRate(cachedUrl, 1_000, pause);
    const steady = { count: 2_000 * (seconds + 2), rate: 2_000, seed: 11 };
    const busy = await readAtRate(cachedUrl, 1_000, emulate(settings, steady));
    report({ what: 'p99 of 1,000 cached reads/s, idle', value: idle.p99Ms, unit: 'ms' });
    report({
      what: 'p99 while 2,000 orders/s arrive (goal 3 x idle)',
      value: busy.p99Ms,
      unit: 'ms',
      against: { what: 'idle', value: idle.p99Ms },
    });
    const bareBeside = await readAtRate(bare.url, 1_000, emulate(settings, { ...steady, seed: 12 }));
    report({
      what: 'p99 of bare node:http meanwhile',
      value: bareBeside.p99Ms,
      unit: 'ms',
      against: { what: 'idle', value: idle.p99Ms },
    });
    const flood = await readAtRate(cachedUrl, 1_000, emulate(settings, { count: backlog, seed: 13 }));
    report({
      what: 'p99 while a backlog is taken at full speed',
      value: flood.p99Ms,
      unit: 'ms',
      against: { what: 'idle', value: idle.p99Ms },
    });
  } finally {
    await bare?.stop();
    await service.stop();
  }
}

async function growth(cluster: Cluster, databaseUrl: string): Promise<void> {
  const { brokers } = cluster;
  let seed = 20;
  const measure = async (url: string) => {
    const topic = `growth-${seed}`;
    await fillBacklog({ brokers, topic, count: growthBacklog, seed: seed++ });
    return (await measureIngest({ brokers, topic, databaseUrl: url, count: growthBacklog })).perSecond;
  };
  for (const orders of grown) {
    step(`Growth: filling the table up to ${orders} orders`);
    await grow(databaseUrl, orders);
    const empty = await measure(await cluster.createDatabase(`empty_${orders}`));
    const checkpoint = await measure(databaseUrl);
    const full = await measure(databaseUrl);
    const against = { what: 'an empty table', value: empty };
    const stored = `with ${orders / 1e6} million orders stored`;
    report({ what: `ingest ${stored}, from a checkpoint on`, value: checkpoint, unit: 'orders/s', against });
    report({
      what: `ingest ${stored}, the next`,
      value: full,
      unit: 'orders/s',
      against: { ...against, goal: 0.8 },
    });
    const service = await startService({ brokers, topic: 'backlog', databaseUrl });
    report({ what: `process start to ready ${stored} (goal 2)`, value: service.startMs / 1_000, unit: 's' });
    await service.stop();
  }
}

if (spawnSync('wrk', ['-v']).error) {
  process.stderr.write(
    'bench: wrk is missing: install it, as with apt-get install wrk or brew install wrk\n',
  );
  process.exit(1);
}
const start = performance.now();
step('Starting Kafka and PostgreSQL');
const cluster = await startCluster();
try {
  const databaseUrl = await cluster.createDatabase('bench');
  await ingest(cluster, databaseUrl);
  await reads(cluster, databaseUrl);
  await growth(cluster, databaseUrl);
} finally {
  await cluster.stop();
}

const machine = {
  cores: cpus().length,
  model: cpus()[0]?.model ?? '',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const took = Math.round((performance.now() - start) / 1_000);
await writeFile(
  new URL('results.json', import.meta.url),
  `${JSON.stringify({ date: new Date().toISOString(), machine, seconds: took, rows }, undefined, 2)}\n`,
);
const table = rows.map(({ what, value, unit, against }) => {
  const ratio = against ? `${(value / against.value).toFixed(2)} of ${against.what}` : '';
  const marks = [
    against?.bar !== undefined && `bar ${against.bar}`,
    against?.goal !== undefined && `goal ${against.goal}`,
  ];
  return `| ${what} | ${round(value)} ${unit} | ${ratio} | ${marks.filter(Boolean).join(', ')} |`;
});
process.stdout.write(`
${machine.cores} cores (${machine.model}), ${machine.memoryGb} GB, Node ${machine.node}, ${took} s

| what | figure | beside | asked |
|---|---|---|---|
${table.join('\n')}
`);
