/** Orders over HTTP. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Found, Lookup } from '../core/lookup.ts';
import { Order, OrderUid } from '../core/order.ts';
import type { OrderListing, OrderReader } from '../core/store.ts';
import { etagOf, orderContentType, orderHead } from './order-head.ts';
import { cursorOf, OrderSummary, parseCursor, toSummary } from './order-summary.ts';
import { Problem, problemResponses } from './problem.ts';

export interface OrderRoutesOptions {
  lookup: Pick<Lookup, 'hit' | 'find'>;
  reader: Pick<OrderReader, 'list'>;
  /** Told whether each lookup was answered from memory. */
  onLookup: (result: 'hit' | 'miss') => void;
}

const byUid = Type.Object({ order_uid: OrderUid });
// PostgreSQL knows no NUL, so no order has one.
const searched = Type.String({ minLength: 1, maxLength: 1_000, pattern: '^[^\\u0000]+$' });
const page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  track_number: Type.Optional(searched),
  customer_id: Type.Optional(searched),
});
const summaries = Type.Object({
  orders: Type.Array(OrderSummary),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

/** `GET /order/order?order_uid=`, `GET /api/orders/{order_uid}` (each with HEAD) and `GET /api/orders`. */
export function orderRoutes(app: FastifyInstance, { lookup, reader, onLookup }: OrderRoutesOptions): void {
  const answer = (orderUid: string, request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const hit = lookup.hit(orderUid);
    if (!hit) return answerMiss(orderUid, start, request, reply);
    onLookup('hit');
    return send(hit, performance.now() - start, request, reply);
  };

  const answerMiss = async (
    orderUid: string,
    start: number,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    onLookup('miss');
    const found = await find(orderUid);
    if (!found) throw new Problem('order_not_found', `No order has the id ${orderUid}.`);
    return send(found, performance.now() - start, request, reply);
  };

  const find = async (orderUid: string): Promise<Found | undefined> => {
    try {
      return await lookup.find(orderUid);
    } catch (cause) {
      throw new Problem('unavailable', 'The order is not in memory and the database does not answer.', {
        cause,
      });
    }
  };

  const response = {
    200: { description: 'The order as it was sent', ...Order },
    304: { description: 'It is the one with the ETag in If-None-Match', type: 'null' },
    ...problemResponses('invalid_request', 'order_not_found', 'unavailable'),
  };

  app.get<{ Querystring: Static<typeof byUid> }>(
    '/order/order',
    { schema: { summary: 'An order by its id', tags: ['orders'], querystring: byUid, response } },
    (request, reply) => answer(request.query.order_uid, request, reply),
  );

  app.get<{ Params: Static<typeof byUid> }>(
    '/api/orders/:order_uid',
    { schema: { summary: 'An order by its id', tags: ['orders'], params: byUid, response } },
    (request, reply) => answer(request.params.order_uid, request, reply),
  );

  app.get<{ Querystring: Static<typeof page> }>(
    '/api/orders',
    {
      schema: {
        summary: 'The orders, those received last first; nothing of the persons but their ids',
        tags: ['orders'],
        querystring: page,
        response: {
          200: { description: 'A page of orders', ...summaries },
          ...problemResponses('invalid_request', 'unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { cursor, ...listing } = request.query;
      const before = cursor === undefined ? undefined : parseCursor(cursor, 'cursor');
      const orders = await list({ ...listing, before });
      const last = orders.length === listing.limit ? orders.at(-1) : undefined;
      reply.header('Cache-Control', 'no-store');
      return { orders: orders.map(toSummary), next_cursor: last ? cursorOf(last) : null };
    },
  );

  const list = async (listing: OrderListing) => {
    try {
      return await reader.list(listing);
    } catch (cause) {
      throw new Problem('unavailable', 'The list comes from the database, which does not answer.', { cause });
    }
  };
}

function send(found: Found, ms: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(orderHead(found, ms));
  if (matches(request.headers['if-none-match'], etagOf(found.order))) return reply.code(304).send();
  return reply.type(orderContentType).send(found.order.document);
}

/** `If-None-Match` is compared weakly (RFC 9110, section 13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
