/** Search, the live feed and the figures: what the page watches with. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { Series } from '../../src/core/stats.ts';
import { EventStream, type StreamEvent } from '../support/event-stream.ts';
import { orderWith } from '../support/orders.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

interface Summary {
  order_uid: string;
  track_number: string;
  received_at: string;
}

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

const get = (path: string, init?: RequestInit) => fetch(`${service.url}${path}`, init);
const dataOf = (event: StreamEvent) => JSON.parse(event.data) as { orders: Summary[]; more: number };
const uidsOf = (event: StreamEvent) => dataOf(event).orders.map(({ order_uid }) => order_uid);
const names =
  (uid: string) =>
  (event: StreamEvent): boolean =>
    uidsOf(event).includes(uid);

async function list(query: Record<string, string>) {
  const response = await get(`/api/orders?${new URLSearchParams(query)}`);
  assert.equal(response.status, 200);
  return (await response.json()) as { orders: Summary[]; next_cursor: string | null };
}

test('orders are found by track number and by customer, each or both, page by page', async () => {
  const long = 'L'.repeat(9_999);
  await service.produce([
    ...Array.from({ length: 5 }, (_, index) =>
      orderWith({ order_uid: `of-anna-${index}`, customer_id: 'анна & co', track_number: `T${index % 2}` }),
    ),
    orderWith({ order_uid: 'of-boris', customer_id: 'boris', track_number: 'T1' }),
    // Longer than a row of an index can be.
    orderWith({ order_uid: 'long-ids', customer_id: long, track_number: long }),
  ]);
  const uids = async (query: Record<string, string>) =>
    (await list(query)).orders.map(({ order_uid }) => order_uid).toSorted();
  assert.deepEqual(await uids({ track_number: 'T1' }), ['of-anna-1', 'of-anna-3', 'of-boris']);
  assert.deepEqual(await uids({ track_number: 'T1', customer_id: 'анна & co' }), ['of-anna-1', 'of-anna-3']);
  assert.deepEqual(await uids({ track_number: 't1' }), []);

  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list({
      customer_id: 'анна & co',
      limit: '2',
      ...(cursor && { cursor }),
    });
    paged.push(...page.orders.map(({ order_uid }) => order_uid));
    cursor = page.next_cursor;
  }
  assert.equal(paged.length, 5);
  assert.equal(new Set(paged).size, 5);
  for (const query of ['track_number=', 'customer_id=%00', `customer_id=${'x'.repeat(1_001)}`]) {
    assert.equal((await get(`/api/orders?${query}`)).status, 400, query);
  }
});

test('the feed begins with the newest orders, goes on live, and names nothing of the persons', async (t) => {
  await service.produce([orderWith({ order_uid: 'before-watching' })]);
  const stream = await EventStream.open(`${service.url}/api/events`);
  t.after(() => stream.close());
  assert.equal(stream.response.status, 200);
  assert.match(stream.response.headers.get('content-type')!, /^text\/event-stream/);
  assert.equal(stream.response.headers.get('cache-control'), 'no-store');
  const first = await stream.event('the first event', () => true);
  assert.equal(uidsOf(first)[0], 'before-watching');

  const order = orderWith({ order_uid: 'while-watching', track_number: 'N'.repeat(5_000) });
  const sentAt = performance.now();
  await service.produce([order]);
  const event = await stream.event('the order', names('while-watching'));
  assert.ok(performance.now() - sentAt < 2_000);
  assert.ok(dataOf(event).orders[0]!.track_number.length <= 101);
  for (const { data } of stream.events) {
    for (const word of Object.values(order.delivery)) assert.ok(!data.includes(word), word);
  }
});

test('the feed goes on after a cut where it was, by header or by parameter', async (t) => {
  await service.produce([orderWith({ order_uid: 'before-cut' })]);
  const stream = await EventStream.open(`${service.url}/api/events`);
  const { id } = await stream.event('the order', names('before-cut'));
  stream.close();
  await service.produce([orderWith({ order_uid: 'while-cut' })]);
  for (const [path, headers] of [
    ['/api/events', { 'Last-Event-ID': id }],
    [`/api/events?last_event_id=${id}`, {}],
  ] as const) {
    const again = await EventStream.open(`${service.url}${path}`, headers);
    t.after(() => again.close());
    assert.deepEqual(uidsOf(await again.event('what was missed', () => true)), ['while-cut']);
  }
  assert.equal((await get('/api/events?last_event_id=nonsense')).status, 400);
  assert.equal((await get('/api/events', { method: 'HEAD' })).status, 404);
});

test('thousands of orders are a few events, which name twenty and count the rest', async (t) => {
  const stream = await EventStream.open(`${service.url}/api/events`);
  t.after(() => stream.close());
  await stream.event('the first event', () => true);
  const seen = stream.events.length;
  const start = performance.now();
  const count = 5_000;
  const orders = Array.from({ length: count }, (_, index) => orderWith({ order_uid: `flood-${index}` }));
  await service.produce(orders);
  const told = () =>
    stream.events.slice(seen).reduce((sum, event) => sum + uidsOf(event).length + dataOf(event).more, 0);
  await until('all are counted', () => told() >= count, 10_000);
  const seconds = (performance.now() - start) / 1_000;
  assert.equal(told(), count);
  assert.ok(stream.events.length - seen <= 10 * seconds + 2, `${stream.events.length} in ${seconds} s`);
  assert.ok(stream.events.every((event) => uidsOf(event).length <= 20));
});

test('a client that does not read holds nobody up, and gets the newest when it reads again', async (t) => {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  for (let round = 0; round < 20; round++) {
    await service.produce(
      Array.from({ length: 200 }, (_, index) => orderWith({ order_uid: `unread-${round}-${index}` })),
    );
  }
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.resume();
  await until('the newest comes', () => text.includes('unread-19-'), 10_000);
});

test('as many clients as are allowed, and the next is told to come again', async () => {
  const streams = await Promise.all(
    Array.from({ length: 100 }, () => EventStream.open(`${service.url}/api/events`)),
  );
  try {
    const refused = streams.filter(({ response }) => response.status === 503);
    const one = await get('/api/events');
    assert.equal(one.status, 503);
    assert.match(one.headers.get('retry-after')!, /^\d+$/);
    assert.ok(refused.length <= 5, 'only those of the tests before may still be open');
  } finally {
    for (const stream of streams) stream.close();
  }
  const again = await until('there is room again', async () => {
    const stream = await EventStream.open(`${service.url}/api/events`);
    if (stream.response.status === 200) return stream;
    stream.close();
    return undefined;
  });
  again.close();
});

test('the figures of the last minutes, in columns of equal length, and only those asked for', async () => {
  await service.produce([orderWith({ order_uid: 'counted' }), 'not an order']);
  await get('/api/orders/counted');
  await get('/api/orders/not-there');
  const stats = async (query = '') => {
    const response = await get(`/api/stats${query}`);
    assert.equal(response.status, 200);
    return (await response.json()) as { ready: boolean; parts: object; series: Series };
  };
  const { ready, parts, series } = await until('the interval is over', async () => {
    const now = await stats();
    return now.series.dead_letter.some((value) => value > 0) && now.series.reads.at(-1) === 0 && now;
  });
  assert.equal(ready, true);
  assert.equal(
    Object.values(parts).every((part) => part === 'ok'),
    true,
  );
  const { interval_seconds, ...columns } = series;
  assert.equal(interval_seconds, 2);
  assert.equal(new Set(Object.values(columns).map((column) => column.length)).size, 1);
  const total = (column: number[]) => column.reduce((sum, value) => sum + value, 0) * 2;
  assert.equal(total(series.dead_letter), 1);
  assert.ok(total(series.stored) > 5_000);
  const at = series.reads.findLastIndex((reads) => reads > 0);
  assert.deepEqual([series.reads[at], series.hit_ratio[at]], [1, 0.5]);
  assert.ok(series.latency_p50_ms[at]! > 0 && series.latency_p99_ms[at]! >= series.latency_p50_ms[at]!);
  await until('the lag is known', async () => (await stats()).series.lag.at(-1) === 0);

  const since = series.time.at(-2)!;
  assert.ok((await stats(`?since=${since}`)).series.time.every((time) => time > since));
  assert.equal((await get('/api/stats?since=x')).status, 400);
});

test('they are in the OpenAPI document, with their limits', async () => {
  const { paths } = (await (await get('/openapi.json')).json()) as {
    paths: Record<string, { get: { parameters: { name: string; schema: { maximum?: number } }[] } }>;
  };
  assert.ok('/api/events' in paths && '/api/stats' in paths);
  const parameters = paths['/api/orders']!.get.parameters;
  assert.deepEqual(parameters.map(({ name }) => name).toSorted(), [
    'cursor',
    'customer_id',
    'limit',
    'track_number',
  ]);
  assert.equal(parameters.find(({ name }) => name === 'limit')!.schema.maximum, 100);
});

test('those who watch do not hold up the end, not even one that does not read', async (t) => {
  const own = await startTestService();
  await own.produce([orderWith({ order_uid: 'last-one' })]);
  const stream = await EventStream.open(`${own.url}/api/events`);
  const { hostname, port } = new URL(own.url);
  const stuck = connect({ host: hostname, port: Number(port) });
  t.after(() => stuck.destroy());
  stuck.on('error', () => {});
  stuck.pause();
  stuck.write(`GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  await stream.event('the first event', () => true);
  const start = performance.now();
  const code = await own.stop();
  assert.equal(code, 0);
  assert.ok(performance.now() - start < 8_000, `${performance.now() - start} ms`);
  await until('the stream has ended', () => stream.ended);
});
