/** How soon an order that Kafka has acknowledged can be read over HTTP, and how reads fare meanwhile. */
import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateOrder } from '../src/core/generate.ts';
import { createProducer } from '../src/kafka/producer.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const tickMs = 10;

export interface Percentiles {
  p50Ms: number;
  p99Ms: number;
}

/** What comes in the first seconds is not measured: code is being compiled, caches are cold. */
const warmUpMs = 2_000;

/** Sends `perSecond` orders for `seconds`, after a warm-up, and asks for each until it is there. */
export async function measureFreshness(
  settings: { brokers: string[]; topic: string; url: string },
  { perSecond, seconds, seed }: { perSecond: number; seconds: number; seed: number },
): Promise<Percentiles> {
  const waits: Promise<number>[] = [];
  const start = performance.now();
  await produceSteadily(settings, { perSecond, seconds: seconds + warmUpMs / 1_000, seed }, (orderUids) => {
    const acknowledged = performance.now();
    if (acknowledged - start < warmUpMs) return;
    for (const orderUid of orderUids) waits.push(untilReadable(settings.url, orderUid, acknowledged));
  });
  return percentiles(await Promise.all(waits));
}

/**
 * Lets the emulator, a process of its own, send orders: what it costs to make them is not to be taken for a slow read.
 * `rate` is a second; as fast as possible without.
 */
export async function emulate(
  { brokers, topic }: { brokers: string[]; topic: string },
  { count, rate, seed }: { count: number; rate?: number; seed: number },
): Promise<void> {
  const flags = ['--count', String(count), '--seed', String(seed), ...(rate ? ['--rate', String(rate)] : [])];
  await run(process.execPath, [main, 'produce', ...flags], {
    env: { PATH: process.env['PATH'], KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC: topic },
  });
}

/** Sends orders at an even rate; tells the ids of each batch once it is acknowledged. */
async function produceSteadily(
  { brokers, topic }: { brokers: string[]; topic: string },
  { perSecond, seconds, seed }: { perSecond: number; seconds: number; seed: number },
  onAcknowledged: (orderUids: string[]) => void,
): Promise<void> {
  const producer = createProducer({ brokers, clientId: 'bench-steady' });
  const start = performance.now();
  try {
    for (let sent = 0; sent < perSecond * seconds;) {
      const due = Math.min(
        Math.floor(((performance.now() - start) / 1_000) * perSecond) + 1,
        perSecond * seconds,
      );
      const orders = Array.from({ length: due - sent }, (_, index) => generateOrder(seed, sent + index));
      sent = due;
      if (orders.length > 0) {
        await producer.send(
          topic,
          orders.map((order) => ({ key: order.order_uid, value: JSON.stringify(order) })),
        );
        onAcknowledged(orders.map(({ order_uid }) => order_uid));
      }
      await delay(tickMs);
    }
  } finally {
    await producer.close();
  }
}

/** Asks for `url` `perSecond` times a second, whether or not answers come, after a warm-up, until `until` resolves. */
export async function readAtRate(
  url: string,
  perSecond: number,
  until: Promise<unknown>,
): Promise<Percentiles> {
  const times: Promise<number>[] = [];
  const done = new AbortController();
  void until.finally(() => done.abort());
  await delay(warmUpMs);
  const start = performance.now();
  while (!done.signal.aborted) {
    const due = ((performance.now() - start) / 1_000) * perSecond;
    while (times.length < due) {
      const asked = performance.now();
      times.push(ask(url).then(() => performance.now() - asked));
    }
    await delay(1);
  }
  return percentiles(await Promise.all(times));
}

async function untilReadable(url: string, orderUid: string, since: number): Promise<number> {
  while ((await ask(`${url}/api/orders/${orderUid}`)) !== 200) await delay(1);
  return performance.now() - since;
}

function ask(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
}

function percentiles(times: number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
