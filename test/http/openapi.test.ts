/** The OpenAPI document against the service: each answer that it lists is given, and is as it says. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { orderWith } from '../support/orders.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let service: TestService;
let openapi: OpenApi;
before(async () => {
  service = await startTestService({ ownDatabase: true });
  openapi = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
});
after(() => service.stop());

const operations = () =>
  Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('it is OpenAPI 3.1: parameters are those of the address, schemas are schemas, references lead somewhere', () => {
  assert.match(openapi.openapi, /^3\.1\.\d+$/);
  const ajv = new Ajv2020({ strict: false, logger: false });
  for (const { path, method, operation } of operations()) {
    const name = `${method} ${path}`;
    const { parameters = [], requestBody, responses } = operation;
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    assert.ok(
      inPath.every(({ required }) => required),
      name,
    );
    assert.deepEqual(
      inPath.map((parameter) => parameter.name),
      [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      name,
    );
    assert.equal(
      new Set(parameters.map((parameter) => parameter.in + parameter.name)).size,
      parameters.length,
    );
    const contents = [requestBody, ...Object.values(responses)].flatMap((one) =>
      Object.values(one?.content ?? {}),
    );
    for (const { schema } of [...parameters, ...contents]) ajv.compile(resolved(schema));
    for (const [status, { description }] of Object.entries(responses)) {
      assert.match(status, /^[1-5]\d\d$/, name);
      assert.ok(description !== '' && description !== 'Default Response', `${name} ${status}`);
    }
  }
  assert.deepEqual(Object.keys(openapi.components.schemas), ['Problem']);
});

test('each answer that it lists is given, with a body as it says', async () => {
  const order = orderWith({ order_uid: `o-${randomUUID()}` });
  await service.produce([order, '{']);
  const { dead_letters } = (await (await get('/api/dead-letters')).json()) as {
    dead_letters: { id: string }[];
  };
  const letter = `/api/dead-letters/${dead_letters[0]!.id}`;
  const { order_uid } = order;
  const etag = (await get(`/api/orders/${order_uid}`)).headers.get('etag')!;
  const sameAsBefore = { headers: { 'If-None-Match': etag } };
  const writes = (path: string, body: object) => ({
    200: () => post(path, body),
    400: () => post(path, { nothing: 'known' }),
    403: () => post(path, body, { 'Sec-Fetch-Site': 'cross-site' }),
    413: () => announceHuge(path),
    415: () => post(path, body, { 'Content-Type': 'text/plain' }),
    503: () => post(path, body),
  });
  const requests: Record<string, Record<number, () => Promise<Response>>> = {
    'get /order/order': {
      200: () => get(`/order/order?order_uid=${order_uid}`),
      304: () => get(`/order/order?order_uid=${order_uid}`, sameAsBefore),
      400: () => get('/order/order'),
      404: () => get('/order/order?order_uid=none'),
      503: () => get('/order/order?order_uid=none'),
    },
    'get /api/orders/{order_uid}': {
      200: () => get(`/api/orders/${order_uid}`),
      304: () => get(`/api/orders/${order_uid}`, sameAsBefore),
      400: () => get('/api/orders/a%20b'),
      404: () => get('/api/orders/none'),
      503: () => get('/api/orders/none'),
    },
    'get /api/orders': {
      200: () => get('/api/orders'),
      400: () => get('/api/orders?limit=0'),
      503: () => get('/api/orders'),
    },
    'get /api/events': {
      200: () => get('/api/events'),
      400: () => get('/api/events?last_event_id=x'),
      503: () => get('/api/events'),
    },
    'get /api/stats': { 200: () => get('/api/stats'), 400: () => get('/api/stats?since=x') },
    'get /api/dead-letters': {
      200: () => get('/api/dead-letters'),
      400: () => get('/api/dead-letters?since=today'),
      503: () => get('/api/dead-letters'),
    },
    'get /api/dead-letters/{id}': {
      200: () => get(letter),
      400: () => get('/api/dead-letters/x'),
      404: () => get('/api/dead-letters/999999'),
      503: () => get(letter),
    },
    'post /api/dead-letters/{id}/replay': {
      ...writes(`${letter}/replay`, { dry_run: true }),
      404: () => post('/api/dead-letters/999999/replay', {}),
    },
    'post /api/dead-letters/replay': writes('/api/dead-letters/replay', { filter: {}, dry_run: true }),
    'get /livez': { 200: () => get('/livez') },
    'get /readyz': { 200: () => get('/readyz'), 503: () => get('/readyz') },
    'get /metrics': { 200: () => get('/metrics') },
  };
  const listed = operations()
    .filter(({ method }) => method !== 'head')
    .map(({ path, method, operation }) => [`${method} ${path}`, Object.keys(operation.responses)]);
  const provoked = Object.entries(requests).map(([name, answers]) => [name, Object.keys(answers)]);
  assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(provoked));

  const check = async (isDown: boolean) => {
    for (const { path, method, operation } of operations()) {
      for (const [status, request] of Object.entries(requests[`${method} ${path}`] ?? {})) {
        if ((status === '503') !== isDown) continue;
        await assertAnswers(`${method} ${path} ${status}`, await request(), operation.responses[status]!);
      }
    }
  };
  await check(false);
  await service.database.stop();
  await until('it knows', async () => (await get('/readyz')).status === 503);
  await check(true);
});

async function assertAnswers(
  name: string,
  response: Response,
  { content = {} }: Operation['responses'][string],
): Promise<void> {
  assert.equal(response.status, Number(name.split(' ')[2]), name);
  const mediaType = response.headers.get('content-type')?.split(';')[0];
  assert.deepEqual(Object.keys(content), mediaType === undefined ? [] : [mediaType], name);
  if (!mediaType?.endsWith('json')) return response.body?.cancel();
  const ajv = new Ajv2020({ strict: false, logger: false });
  const body: unknown = await response.json();
  assert.ok(ajv.validate(resolved(content[mediaType]!.schema), body), `${name}: ${ajv.errorsText()}`);
}

/** What a reference names; the document has them in one place alone. */
function resolved(schema: { $ref?: string } & object): object {
  if (schema.$ref === undefined) return schema;
  const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(schema.$ref) ?? [];
  const found = openapi.components.schemas[name ?? ''];
  assert.ok(found, schema.$ref);
  return found;
}

function get(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${service.url}${path}`, init);
}

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

/** Announces a body that is too large, and does not send it: the answer comes before it, and the connection ends. */
async function announceHuge(path: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': 5 * 1024 * 1024 };
  const asking = request(`${service.url}${path}`, { method: 'POST', headers });
  asking.flushHeaders();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const body = await buffer(answer);
  asking.destroy();
  const contentType = answer.headers['content-type'] ?? '';
  return new Response(body, { status: answer.statusCode!, headers: { 'Content-Type': contentType } });
}
