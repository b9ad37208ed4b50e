import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { orderWith } from '../support/orders.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

let service: TestService;
const stored = orderWith({ order_uid: `o-${randomUUID()}`, note: 'Привет' });
const evicted = orderWith({ order_uid: `o-${randomUUID()}` });

before(async () => {
  service = await startTestService({ ownDatabase: true, env: { CACHE_CAPACITY: '1' } });
  await service.produce([evicted]);
  await service.produce([stored]);
});
after(() => service.stop());

const get = (path: string, init?: RequestInit) => fetch(`${service.url}${path}`, init);
const order = `/api/orders/${stored.order_uid}`;

async function problem(response: Response, status: number, title: RegExp) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const body = (await response.json()) as { type: string; title: string; status: number; detail: string };
  assert.equal(body.status, status);
  assert.match(body.title, title);
  assert.ok(body.detail.length > 10 && body.type.startsWith('urn:'));
  return body;
}

test('an order has a validator, says where it comes from, and is private to the reader', async () => {
  for (const path of [order, `/order/order?order_uid=${stored.order_uid}`]) {
    const response = await get(path);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), stored);
    assert.match(response.headers.get('content-type')!, /^application\/json/);
    assert.match(response.headers.get('etag')!, /^"[\w-]+"$/);
    assert.equal(response.headers.get('cache-status'), 'order-service; hit');
    assert.match(response.headers.get('server-timing')!, /^cache;dur=[\d.]+$/);
    assert.equal(response.headers.get('cache-control'), 'private, no-cache');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  }
});

test('a reader who has the version is told so', async () => {
  const etag = (await get(order)).headers.get('etag')!;
  for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await get(order, { headers: { 'If-None-Match': value } });
    assert.deepEqual([response.status, await response.text(), response.headers.get('etag')], [304, '', etag]);
  }
  assert.equal((await get(order, { headers: { 'If-None-Match': '"other"' } })).status, 200);
});

test('HEAD answers with the head alone', async () => {
  const [head, full] = [await get(order, { method: 'HEAD' }), await get(order)];
  assert.deepEqual([head.status, await head.text()], [200, '']);
  assert.equal(head.headers.get('content-length'), String((await full.arrayBuffer()).byteLength));
  assert.equal(head.headers.get('etag'), full.headers.get('etag'));
});

test('the framework and the short way for orders in memory answer with the same head, and both are counted', async () => {
  const count = async () => {
    const text = await (await get('/metrics')).text();
    const counted = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
    return [
      counted(/^orders_cache_requests_total\{result="hit"\} (\d+)$/m),
      counted(
        /^http_request_duration_seconds_count\{route="\/api\/orders\/:order_uid",method="GET",status="200"\} (\d+)$/m,
      ),
    ];
  };
  const head = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => !['date', 'server-timing'].includes(name)));
  const [hits, requests] = await count();
  const short = await get(order);
  // A validator that is not the order's sends it the framework's way.
  const framework = await get(order, { headers: { 'If-None-Match': '"other"' } });
  assert.deepEqual(head(short), head(framework));
  assert.deepEqual(await short.json(), await framework.json());
  assert.deepEqual(await count(), [hits! + 2, requests! + 2]);
});

test('an unknown order is not found', async () => {
  await problem(await get('/api/orders/nobody'), 404, /no such order/);
  await problem(await get('/order/order?order_uid=nobody'), 404, /no such order/);
});

test('an id that cannot be one is refused, and says why', async () => {
  const ids = [
    'a%20b',
    'x'.repeat(65),
    '%D0%B0',
    'a%2Fb',
    '..%2F',
    "'%3B--",
    '%00',
    'x'.repeat(3_000),
    '%zz',
  ];
  for (const id of ids) {
    await problem(await get(`/api/orders/${id}`), 400, /not valid/);
    await problem(await get(`/order/order?order_uid=${id}`), 400, /not valid/);
  }
  await problem(await get('/order/order'), 400, /not valid/);
  await problem(await get('/order/order?order_uid=a&order_uid=b'), 400, /not valid/);
});

test('unknown paths and methods are problems too', async () => {
  await problem(await get('/nothing'), 404, /nothing here/);
  await problem(await get(order, { method: 'DELETE' }), 404, /nothing here/);
  const large = { method: 'POST', body: 'x'.repeat(20_000), headers: { 'Content-Type': 'text/plain' } };
  await problem(await get(order, large), 413, /too large/);
});

test('a host that is not this machine is refused: names that resolve to it are not to be trusted', async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${service.url}${order}`, { headers: { Host: 'evil.example:8080' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(status, 421);
});

test('headers that are too large are refused', async () => {
  assert.equal((await get(order, { headers: { 'X-Large': 'x'.repeat(20_000) } })).status, 431);
});

test('the orders are listed newest first, page by page, without a word of the persons', async () => {
  const first = (await (await get('/api/orders?limit=1')).json()) as {
    orders: { order_uid: string }[];
    next_cursor: string;
  };
  assert.deepEqual(
    first.orders.map(({ order_uid }) => order_uid),
    [stored.order_uid],
  );
  const next = await get(`/api/orders?limit=5&cursor=${first.next_cursor}`);
  const text = await next.text();
  const second = JSON.parse(text) as typeof first;
  assert.deepEqual(
    second.orders.map(({ order_uid }) => order_uid),
    [evicted.order_uid],
  );
  assert.equal(second.next_cursor, null);
  for (const word of Object.values(stored.delivery)) assert.ok(!text.includes(word), word);
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=1', 'cursor=1.a%20b']) {
    await problem(await get(`/api/orders?${query}`), 400, /not valid/);
  }
});

test('the OpenAPI document describes the routes and the order', async () => {
  const document = (await (await get('/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, unknown>;
  };
  assert.match(document.openapi, /^3\./);
  for (const path of [
    '/order/order',
    '/api/orders/{order_uid}',
    '/api/orders',
    '/livez',
    '/readyz',
    '/metrics',
  ]) {
    assert.ok(path in document.paths, path);
  }
  assert.match(JSON.stringify(document), /"date_created"/);
});

test('I8: metrics have the names that dashboards rely on, and no personal data', async () => {
  const text = await (await get('/metrics')).text();
  const names = [
    'orders_consumed_total{outcome="stored"} 2',
    'orders_cache_requests_total{result="hit"}',
    'orders_consumer_lag ',
    'orders_batch_size_count',
    'orders_batch_duration_seconds_count',
    'orders_end_to_end_seconds_count 2',
    'http_request_duration_seconds_count{route="/api/orders/:order_uid"',
  ];
  for (const name of names) assert.ok(text.includes(name), name);
  for (const word of [stored.order_uid, ...Object.values(stored.delivery)])
    assert.ok(!text.includes(word), word);
});

test('I1: while the database is down, what is cached is served and the rest is 503, never 404', async () => {
  await service.database.stop();
  assert.equal((await get(order)).status, 200);
  const response = await get(`/api/orders/${evicted.order_uid}`);
  assert.match(response.headers.get('retry-after')!, /^\d+$/);
  await problem(response, 503, /database does not answer/);
  await problem(await get('/api/orders'), 503, /database does not answer/);
  const notReady = await until(
    'it is not ready',
    async () => {
      const answer = await get('/readyz');
      return answer.status === 503 && answer;
    },
    5_000,
  );
  const { parts } = (await notReady.json()) as { parts: Record<string, string> };
  assert.match(parts['database']!, /does not answer/);
  assert.equal(parts['kafka'], 'ok');
  assert.equal((await get('/livez')).status, 200);
  await service.database.start();
  await until('it is ready again', async () => (await get('/readyz')).status === 200, 10_000);
  assert.equal((await get(`/api/orders/${evicted.order_uid}`)).status, 200);
});

test('it ends in order though a connection goes on asking for orders in memory', async () => {
  const other = await startTestService();
  await other.produce([stored]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) =>
    new Promise<void>((resolve, reject) => {
      request(`${other.url}${path}`, { agent }, (response) => {
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
  const locking = new pg.Client(other.databaseUrl);
  await locking.connect();
  await locking.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  const asking = (async () => {
    // The answer comes when no new connections are taken any more, and leaves the connection open.
    await ask('/api/orders/nobody');
    for (;;) await ask(order);
  })();
  const ended = assert.rejects(asking, /ECONNREFUSED|ECONNRESET|socket hang up/);
  await until('it waits for the database', async () => {
    const { rowCount } = await locking.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  const stopping = other.stop();
  await until('it takes no new connections', () =>
    fetch(other.url).then(
      () => false,
      () => true,
    ),
  );
  await locking.query('COMMIT');
  await locking.end();
  assert.equal(await stopping, 0);
  await ended;
  agent.destroy();
});

test('I8: the log holds no personal data', () => {
  const log = service.log();
  assert.ok(log.includes('does not answer'));
  for (const word of Object.values(stored.delivery)) assert.ok(!log.includes(word), word);
});
