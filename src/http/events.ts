/**
 * The newest orders, live: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * I7: a client that reads slowly costs one event, not a queue: what comes while its connection is full is merged
 * into one event that goes when there is room, and one that takes nothing for long is cut off.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { merge, versionOf, type Feed, type FeedEvent } from '../core/feed.ts';
import { cursorOf, parseCursor, toSummary } from './order-summary.ts';
import { Problem, problemResponses } from './problem.ts';

export interface EventRoutesOptions {
  feed: Pick<Feed, 'newest' | 'watch'>;
}

/** Each holds a connection, and a share of each event's work. */
export const maxWatchers = 100;

/** Clients take a connection that is silent for longer than two of these for dead. */
const heartbeatMs = 15_000;

/** A client whose connection has been full for so long does not read. */
const stuckMs = 30_000;

/** Texts in events are for a line on a screen; an order may hold 10,000 characters of each. */
const maxTextLength = 100;

const parameters = Type.Object({
  last_event_id: Type.Optional(
    Type.String({ maxLength: 200, description: 'for clients that cannot send the header Last-Event-ID' }),
  ),
});

const description = `Events named \`orders\`: \`{"orders": [summary, …], "more": n}\`, newest first, at most 20 named and the \
rest counted, at most ten events a second. The first event holds the newest orders, or those since \`Last-Event-ID\`. \
A comment every 15 s says that the connection is alive. At most ${maxWatchers} clients.`;

/** `GET /api/events`. */
export function eventRoutes(app: FastifyInstance, { feed }: EventRoutesOptions): void {
  const open = new Set<Client>();

  app.addHook('preClose', async () => {
    for (const client of open) client.end();
  });

  app.get<{ Querystring: Static<typeof parameters> }>(
    '/api/events',
    {
      // It has no end of its own: as a request that took an hour it would spoil the latencies.
      config: { endless: true },
      exposeHeadRoute: false,
      schema: {
        summary: 'The orders as they arrive, as server-sent events; nothing of the persons but their ids',
        description,
        tags: ['watching'],
        querystring: parameters,
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
          ...problemResponses('invalid_request', 'busy', 'unavailable'),
        },
      },
    },
    async (request, reply) => {
      if (open.size >= maxWatchers) {
        throw new Problem('busy', `${maxWatchers} clients are watching, and no more can.`);
      }
      const last = [request.headers['last-event-id']].flat()[0] ?? request.query.last_event_id;
      const after = last ? parseCursor(last, 'Last-Event-ID') : undefined;
      const client = new Client(reply.raw);
      open.add(client);
      // Before the first look: what comes between the two must not be missed.
      const unwatch = feed.watch((event) => client.send(event));
      reply.raw.once('close', () => {
        open.delete(client);
        unwatch();
        client.end();
      });
      try {
        const first = await feed.newest(after);
        reply.hijack();
        client.begin(first);
      } catch (cause) {
        open.delete(client);
        unwatch();
        throw new Problem('unavailable', 'The orders come from the database, which does not answer.', {
          cause,
        });
      }
      return reply;
    },
  );
}

class Client {
  readonly #response: ServerResponse;
  #began = false;
  #pending: FeedEvent | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #fullSince: number | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  begin(first: FeedEvent): void {
    const response = this.#response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // Proxies that buffer (nginx) would hold events back.
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 2000\n\n');
    response.on('drain', () => this.#flush());
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    const sent = new Set(first.orders.map(versionOf));
    const meanwhile = this.#pending;
    const since = meanwhile?.orders.filter((order) => !sent.has(versionOf(order))) ?? [];
    this.#pending = undefined;
    this.#began = true;
    if (first.orders.length > 0) this.send(first);
    if (since.length > 0) this.send({ orders: since, more: meanwhile?.more ?? 0 });
  }

  send(event: FeedEvent): void {
    this.#pending = merge(this.#pending, event);
    this.#flush();
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#response.end();
    // What a stuck client has not taken would hold the server's end up.
    if (this.#response.writableLength > 0) setTimeout(() => this.#response.destroy(), 500).unref();
  }

  #flush(): void {
    if (!this.#began || this.#pending === undefined) return;
    if (this.#response.writableNeedDrain) {
      this.#fullSince ??= performance.now();
      return;
    }
    this.#fullSince = undefined;
    this.#response.write(format(this.#pending));
    this.#pending = undefined;
  }

  #beat(): void {
    if (!this.#response.writableNeedDrain) this.#response.write(': alive\n\n');
    else if (performance.now() - (this.#fullSince ??= performance.now()) > stuckMs) this.#response.destroy();
  }
}

function format({ orders, more }: FeedEvent): string {
  const named = orders.map((order) => ({
    ...toSummary(order),
    track_number: shorten(order.track_number),
    customer_id: shorten(order.customer_id),
  }));
  // Without an id a client keeps the one before.
  const id = orders[0] ? `id: ${cursorOf(orders[0])}\n` : '';
  return `${id}event: orders\ndata: ${JSON.stringify({ orders: named, more })}\n\n`;
}

function shorten(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength).toWellFormed()}…`;
}
