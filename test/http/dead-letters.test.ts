import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Ajv } from 'ajv';
import pg from 'pg';
import { deadLetters } from '../../src/commands/dead-letters.ts';
import { EventStream } from '../support/event-stream.ts';
import { orderWith } from '../support/orders.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

let service: TestService;
let database: pg.Pool;
let openapi: { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> };
const uid = () => `o-${randomUUID()}`;
const person = orderWith().delivery;

before(async () => {
  service = await startTestService({ ownDatabase: true });
  database = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  database.on('error', () => {});
  openapi = (await (await fetch(`${service.url}/openapi.json`)).json()) as typeof openapi;
});
after(async () => {
  await database.end();
  await service.stop();
});

const get = (path: string) => fetch(`${service.url}${path}`);
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });

/** The answer, after a check against what the OpenAPI document says of it. */
async function answer<T>(response: Response, path: string): Promise<T> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const method = path.endsWith('replay') ? 'post' : 'get';
  const { content } = openapi.paths[path]![method]!.responses['200'] as {
    content: { 'application/json': { schema: object } };
  };
  const ajv = new Ajv({ strict: false });
  const body = JSON.parse(text) as T;
  assert.ok(ajv.validate(content['application/json'].schema, body), ajv.errorsText());
  return body;
}

async function problem(response: Response, status: number, detail: RegExp) {
  const body = (await response.json()) as { status: number; detail: string };
  assert.deepEqual([response.status, body.status], [status, status], body.detail);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.match(body.detail, detail);
}

interface Summary {
  id: string;
  code: string;
  status: string;
  attempts: number;
}
interface Result extends Summary {
  outcome: string;
  order_uid: string | null;
  errors: { path: string; message: string }[];
  dry_run: boolean;
}

const list = async (query = '') =>
  answer<{ dead_letters: Summary[]; next_cursor: string | null }>(
    await get(`/api/dead-letters${query}`),
    '/api/dead-letters',
  );
const show = async (id: string) =>
  answer<Summary & Record<string, unknown>>(await get(`/api/dead-letters/${id}`), '/api/dead-letters/{id}');
const replay = async (id: string, body: unknown) =>
  answer<Result>(await post(`/api/dead-letters/${id}/replay`, body), '/api/dead-letters/{id}/replay');
const replaySeveral = async (body: unknown) =>
  answer<{ results: Result[]; total: number; next_cursor: string | null; dry_run: boolean }>(
    await post('/api/dead-letters/replay', body),
    '/api/dead-letters/replay',
  );

/** Sends bad records, one after the other, and returns the ids of their dead letters. */
async function keep(...values: (string | Buffer | object | null)[]): Promise<string[]> {
  const ids: string[] = [];
  for (const value of values) {
    await service.produce([value]);
    ids.push((await list('?limit=1')).dead_letters[0]!.id);
  }
  assert.equal(new Set(ids).size, values.length);
  return ids;
}

test('the list has pages and filters, and nothing of the content', async () => {
  const from = new Date(Date.now() - 1_000).toISOString();
  const ids = await keep('{', null, orderWith({ sm_id: 'x' as never }), '[]');
  const text = await (await get('/api/dead-letters')).text();
  for (const word of Object.values(person)) assert.ok(!text.includes(word), word);
  const listed = async (query: string) => (await list(query)).dead_letters.map(({ id }) => ids.indexOf(id));
  const page = await list('?limit=3');
  assert.deepEqual(
    page.dead_letters.map(({ id }) => id),
    [ids[3], ids[2], ids[1]],
  );
  assert.deepEqual(await listed(`?limit=3&cursor=${page.next_cursor}`), [0]);
  assert.equal((await list(`?limit=3&cursor=${page.next_cursor}`)).next_cursor, null);
  assert.deepEqual(await listed('?code=not_json'), [0]);
  assert.deepEqual(await listed('?reason=SM_ID'), [2]);
  assert.deepEqual(await listed(`?topic=${service.topic}&status=open`), [3, 2, 1, 0]);
  assert.deepEqual(await listed('?topic=another'), []);
  assert.deepEqual(await listed('?status=replayed'), []);
  assert.deepEqual(await listed(`?since=${from}`), [3, 2, 1, 0]);
  assert.deepEqual(await listed(`?until=${from}`), []);
  for (const query of ['limit=0', 'limit=101', 'cursor=x', 'status=done', 'since=today', 'partition=-1']) {
    await problem(await get(`/api/dead-letters?${query}`), 400, /./);
  }
});

test('one is shown with its bytes, its errors with their paths, and its history', async () => {
  const bad = orderWith({ order_uid: uid(), sm_id: -1 });
  const [text, binary] = await keep(bad, Buffer.from([0xff, 0]));
  const shown = await show(text!);
  assert.deepEqual(shown['value'], { text: JSON.stringify(bad) });
  assert.deepEqual(shown['key'], { text: bad.order_uid });
  assert.deepEqual(shown['errors'], [{ path: '/sm_id', message: 'must be >= 0' }]);
  assert.deepEqual([shown['history'], shown['latest_correction']], [[], null]);
  assert.deepEqual((await show(binary!))['value'], { base64: '/wA=' });
  await replay(binary!, { value: { text: '{"ф":1}' } });
  const tried = await show(binary!);
  assert.equal((tried['history'] as unknown[]).length, 1);
  assert.deepEqual([tried.attempts, tried['latest_correction']], [1, { text: '{"ф":1}' }]);
  await problem(await get('/api/dead-letters/99999'), 404, /99999/);
  for (const id of ['0', 'x', '-1', '9'.repeat(19)])
    await problem(await get(`/api/dead-letters/${id}`), 400, /id/);
});

test('a dry run validates what is typed; the replay stores it, and readers see it at once', async () => {
  const order_uid = uid();
  const old = orderWith({ order_uid, sm_id: 1 });
  const mended = orderWith({ order_uid, sm_id: 2, note: 'mended' });
  await service.produce([old]);
  // With its key, so that it is in the partition of its order, behind it.
  const [id] = await keep({ ...mended, sm_id: 'x' });
  const read = async () => (await get(`/api/orders/${order_uid}`)).json();
  assert.deepEqual(await read(), old);

  const typed = (value: object, dry_run: boolean) =>
    replay(id!, { value: { text: JSON.stringify(value) }, dry_run });
  const invalid = await typed({ ...mended, items: [], locale: '' }, true);
  assert.deepEqual([invalid.outcome, invalid.dry_run, invalid.attempts], ['invalid', true, 0]);
  assert.deepEqual(invalid.errors.map(({ path }) => path).toSorted(), ['/items', '/locale']);
  assert.equal((await typed(mended, true)).outcome, 'replayed');
  assert.deepEqual(await read(), old);
  const done = await typed(mended, false);
  assert.deepEqual([done.outcome, done.order_uid, done.attempts], ['replayed', order_uid, 1]);
  assert.deepEqual(await read(), mended);
  assert.equal((await typed(old, false)).outcome, 'already_replayed');
  assert.deepEqual(
    (await list('?status=replayed')).dead_letters.map(({ id }) => id),
    [id],
  );
});

test('what is replayed on the command line meanwhile is shown within a second', async () => {
  const order_uid = uid();
  const [old, mended] = [orderWith({ order_uid, sm_id: 1 }), orderWith({ order_uid, sm_id: 2 })];
  await service.produce([old]);
  const [id] = await keep({ ...mended, sm_id: 'x' });
  const read = async () => (await (await get(`/api/orders/${order_uid}`)).json()) as { sm_id: number };
  assert.deepEqual(await read(), old);
  const sink = new PassThrough().resume();
  const code = await deadLetters(
    ['replay', id!, '--file', '-'],
    { databaseUrl: async () => service.databaseUrl, checkTotals: false },
    { stdin: Readable.from([Buffer.from(JSON.stringify(mended))]), stdout: sink, stderr: sink },
    new AbortController().signal,
  );
  assert.equal(code, 0);
  await until('it is shown', async () => (await read()).sm_id === 2, 1_000);
  assert.deepEqual(await read(), mended);
});

test('as it is, and in base64; an empty body is the bytes of the record', async () => {
  const [first, second] = await keep('{', '{');
  for (const [index, body] of [{}, '', { value: { base64: 'Ww==' } }].entries()) {
    const result = await replay(first!, body);
    assert.deepEqual([result.outcome, result.attempts, result.dry_run], ['invalid', index + 1, false]);
  }
  const order = orderWith({ order_uid: uid() });
  const base64 = Buffer.from(`${JSON.stringify(order)}\n`).toString('base64');
  assert.equal((await replay(second!, { value: { base64 } })).outcome, 'replayed');
  assert.equal(await (await get(`/api/orders/${order.order_uid}`)).text(), `${JSON.stringify(order)}\n`);
});

test('several by id, with a result for each', async () => {
  const ids = await keep('{', '[');
  const { results, total, next_cursor } = await replaySeveral({ ids: [ids[1], ids[0], '99999'] });
  assert.deepEqual(
    results.map(({ id, outcome, attempts }) => [id, outcome, attempts]),
    [
      [ids[1], 'invalid', 1],
      [ids[0], 'invalid', 1],
      ['99999', 'not_found', 0],
    ],
  );
  assert.deepEqual([total, next_cursor], [3, null]);
});

test('all that match, some in each request, bounded to those there were at the start', async () => {
  const ids = await keep(7 as never, 8 as never, 9 as never);
  const filter = { code: 'not_an_object', since: (await show(ids[0]!))['created_at'] };
  const first = await replaySeveral({ filter, limit: 2, dry_run: true });
  assert.deepEqual(
    first.results.map(({ id }) => id),
    ids.slice(0, 2),
  );
  assert.deepEqual([first.total, first.dry_run], [3, true]);
  await keep(10 as never);
  const second = await replaySeveral({ filter, limit: 2, cursor: first.next_cursor });
  assert.deepEqual(
    second.results.map(({ id, outcome, attempts }) => [id, outcome, attempts]),
    [[ids[2], 'invalid', 1]],
  );
  assert.deepEqual([second.total, second.next_cursor], [1, null]);
  assert.equal((await show(ids[0]!)).attempts, 0);
});

/** The answer to a body of so many bytes, before any of them is sent: the server would cut a client off that goes on. */
function announce(path: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes };
    const asking = request(`${service.url}${path}`, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode);
      asking.destroy();
    });
    asking.on('error', reject).flushHeaders();
  });
}

test('what is not meant is refused: it would change something', async () => {
  const [id] = await keep('{');
  const one = `/api/dead-letters/${id}/replay`;
  const several = '/api/dead-letters/replay';
  await problem(await post(one, { dryrun: true }), 400, /additional/);
  await problem(await post(one, { value: {} }), 400, /either text or base64/);
  await problem(await post(one, { value: { text: '', base64: '' } }), 400, /either text or base64/);
  await problem(await post(one, { value: { base64: '{}' } }), 400, /must be base64/);
  await problem(await post(one, '{"value":{"text":"\\ud800"}}'), 400, /surrogate/);
  await problem(await post(one, '{"value"'), 400, /not JSON/);
  await problem(await post(one, new Blob([new Uint8Array([0x22, 0xff, 0x22])])), 400, /UTF-8/);
  await problem(await post(several, {}), 400, /either ids or filter/);
  await problem(await post(several, { ids: [id], filter: {} }), 400, /either ids or filter/);
  await problem(await post(several, { filter: { colour: 1 } }), 400, /additional/);
  await problem(await post(several, { filter: {}, limit: 101 }), 400, /limit/);
  await problem(await post(several, { filter: {}, cursor: '1' }), 400, /cursor/);
  await problem(await post(several, { ids: Array.from({ length: 101 }, (_, n) => `${n + 1}`) }), 400, /ids/);
  await problem(await post('/api/dead-letters/99999/replay', {}), 404, /99999/);
  await problem(await post(one, { value: { text: 'x'.repeat(2 * 1024 * 1024 + 1) } }), 413, /2 MiB/);
  assert.equal(await announce(one, 4 * 1024 * 1024 + 1), 413);
  assert.equal(await announce(several, 16 * 1024 + 1), 413);
  const large = await replay(id!, { value: { text: `"${'x'.repeat(2 * 1024 * 1024 - 2)}"` }, dry_run: true });
  assert.equal(large.outcome, 'invalid');
  assert.equal((await show(id!)).attempts, 0);
});

test("another site's page cannot replay through the browser of who may", async () => {
  const [id] = await keep('{');
  for (const path of [`/api/dead-letters/${id}/replay`, '/api/dead-letters/replay']) {
    const body = { dry_run: false, ...(path.endsWith('rs/replay') && { filter: {} }) };
    for (const site of ['cross-site', 'same-site', 'x'])
      await problem(await post(path, body, { 'Sec-Fetch-Site': site }), 403, /pages of the service/);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'x'])
      await problem(await post(path, body, { Origin: origin }), 403, /pages of the service/);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json-seq', ''])
      await problem(await post(path, body, { 'Content-Type': type }), 415, /Content-Type/);
    const bare = await fetch(`${service.url}${path}`, { method: 'POST' });
    await problem(bare, 415, /Content-Type/);
  }
  assert.equal((await show(id!)).attempts, 0);
  const own: Record<string, string>[] = [
    { 'Sec-Fetch-Site': 'same-origin' },
    { Origin: service.url },
    { 'Content-Type': 'Application/JSON; charset=utf-8' },
  ];
  for (const headers of own) {
    const response = await post(`/api/dead-letters/${id}/replay`, { dry_run: true }, headers);
    assert.equal(response.status, 200);
  }
});

test('those who watch are told of each order that was mended, by name or in the count', async (t) => {
  await service.produce([orderWith({ order_uid: uid() })]);
  // More than the feed sees by itself when it looks at the newest.
  const count = 60;
  await service.produce(Array.from({ length: count }, () => '{'));
  const { dead_letters } = await list(`?limit=${count}`);
  const stream = await EventStream.open(`${service.url}/api/events`);
  t.after(() => stream.close());
  await stream.event('the first event', () => true);
  const seen = stream.events.length;
  const mended = dead_letters.map(() => uid());
  await Promise.all(
    dead_letters.map(({ id }, n) =>
      replay(id, { value: { text: JSON.stringify(orderWith({ order_uid: mended[n]! })) } }),
    ),
  );
  const told = () =>
    stream.events.slice(seen).map(({ data }) => JSON.parse(data) as { orders: Result[]; more: number });
  const total = () => told().reduce((sum, { orders, more }) => sum + orders.length + more, 0);
  await until('all are told of', () => total() >= count, 10_000);
  assert.equal(total(), count);
  const named = told().flatMap(({ orders }) => orders.map(({ order_uid }) => order_uid));
  assert.ok(named.length > 0 && named.every((order_uid) => mended.includes(order_uid!)));
});

test('the OpenAPI document describes the routes', () => {
  const paths = Object.keys(openapi.paths).filter((path) => path.includes('dead-letters'));
  assert.deepEqual(paths.toSorted(), [
    '/api/dead-letters',
    '/api/dead-letters/replay',
    '/api/dead-letters/{id}',
    '/api/dead-letters/{id}/replay',
  ]);
});

test('I5: while the database is down it is 503, and no attempt', async () => {
  const [id] = await keep('{');
  await service.database.stop();
  const responses = [
    await get('/api/dead-letters'),
    await get(`/api/dead-letters/${id}`),
    await post(`/api/dead-letters/${id}/replay`, {}),
    await post('/api/dead-letters/replay', { filter: {} }),
  ];
  for (const response of responses) {
    assert.match(response.headers.get('retry-after')!, /^\d+$/);
    await problem(response, 503, /does not answer/);
  }
  await service.database.start();
  await until('it is ready again', async () => (await get('/readyz')).status === 200, 10_000);
  assert.deepEqual([(await show(id!)).attempts, (await show(id!)).status], [0, 'open']);
});

test('replays are counted by what became of them, dry runs are not', async () => {
  const count = async (outcome: string) => {
    const metrics = await (await get('/metrics')).text();
    const name = `orders_dead_letter_replays_total{outcome="${outcome}"} `;
    return Number(metrics.split(name)[1]?.split('\n')[0]);
  };
  const [id] = await keep('{');
  const before = await count('invalid');
  await replay(id!, { dry_run: true });
  assert.equal(await count('invalid'), before);
  await replay(id!, {});
  assert.equal(await count('invalid'), before + 1);
  assert.ok((await count('replayed')) >= 2);
});

test('neither the log nor the metrics hold anything of the content', async () => {
  const text = service.log() + (await (await get('/metrics')).text());
  assert.match(text, /replayed a dead letter/);
  for (const word of Object.values(person)) assert.ok(!text.includes(word), word);
});
