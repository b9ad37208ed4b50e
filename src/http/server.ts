/** The HTTP server: limits on everything a client sends, and the routes. */
import type { RequestListener, Server as HttpServer } from 'node:http';
import { isIP } from 'node:net';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { answerCached } from './cached-order.ts';
import { deadLetterRoutes, type DeadLetterRoutesOptions } from './dead-letters.ts';
import { eventRoutes, type EventRoutesOptions } from './events.ts';
import { opsRoutes, type OpsRoutesOptions } from './ops.ts';
import { orderRoutes, type OrderRoutesOptions } from './orders.ts';
import { pageIsBuilt, pageRoutes } from './page.ts';
import { answerProblem, handleProblems, Problem } from './problem.ts';
import { statsRoutes, type StatsRoutesOptions } from './stats.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer goes on until one side has had enough. */
    endless?: boolean;
  }
}

export interface ServerOptions
  extends
    OrderRoutesOptions,
    DeadLetterRoutesOptions,
    EventRoutesOptions,
    StatsRoutesOptions,
    OpsRoutesOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  onRequest: (event: { route: string; method: string; status: number; seconds: number }) => void;
  onFault: (error: unknown) => void;
}

export interface Server {
  url: string;
  /** Takes no new connections, and resolves when the requests under way are answered. */
  close(): Promise<void>;
}

const maxHeaderBytes = 8 * 1024;

/** Listens. Rejects when it cannot (the port is taken, the host is not this machine's). */
export async function startServer(options: ServerOptions): Promise<Server> {
  const app = await createApp(options);
  const { host, port } = options;
  const url = await app.listen({ host, port }).catch((cause: NodeJS.ErrnoException) => {
    throw new ListenError(`${host}:${port} cannot be listened on (${cause.code}): ${mendOf(cause.code)}`, {
      cause,
    });
  });
  return { url, close: () => app.close() };
}

/** The address cannot be had; the message names the setting to change. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

function mendOf(code: string | undefined): string {
  if (code === 'EADDRINUSE')
    return 'another program uses the port, set HTTP_PORT to another one (0 takes any free port)';
  if (code === 'EACCES') return 'it takes more rights, set HTTP_PORT to one above 1023';
  return 'set HTTP_HOST to an address of this machine, such as 127.0.0.1';
}

async function createApp(options: ServerOptions): Promise<FastifyInstance> {
  const isServed = hostCheck(options.host);
  const app = fastify({
    logger: false,
    bodyLimit: 16 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
    // A longer id than any is answered with what is wrong with it; the size of all headers is the limit.
    routerOptions: { maxParamLength: maxHeaderBytes },
    http: { maxHeaderSize: maxHeaderBytes, headersTimeout: 10_000 },
    // An address that cannot be decoded meets no route and no error handler.
    frameworkErrors: (error, _request, reply) => void answerProblem(error, reply),
    ajv: { customOptions: { coerceTypes: true, removeAdditional: false, allErrors: false } },
  });
  putBefore(app.server, answerCached({ ...options, isServed }));
  handleProblems(app, options.onFault);
  const misdirected = new Problem(
    'misdirected',
    'Ask for localhost or 127.0.0.1: HTTP_HOST is a loopback address.',
  );
  app.addHook('onRequest', (request, _reply, done) => {
    done(isServed(request.headers.host) ? undefined : misdirected);
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('X-Content-Type-Options', 'nosniff');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { config, url = 'none' } = request.routeOptions;
    const seconds = reply.elapsedTime / 1_000;
    if (!config.endless) {
      options.onRequest({ route: url, method: request.method, status: reply.statusCode, seconds });
    }
    done();
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Order service',
        version: '1',
        description:
          'Errors are RFC 9457 problem details. Beside those that are listed, each route may answer 421 (on loopback, ' +
          'a Host that is not) and 500 (a bug, which is in the log).',
      },
    },
    refResolver: { buildLocalReference: ({ $id }) => $id as string },
  });
  await app.register(async (scope) => {
    orderRoutes(scope, options);
    await scope.register((scope) => deadLetterRoutes(scope, options));
    eventRoutes(scope, options);
    statsRoutes(scope, options);
    opsRoutes(scope, options);
  });
  if (pageIsBuilt()) await app.register(pageRoutes);
  return app;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Puts `shortWay` before the framework, as long as new connections are taken; the framework knows how to end one. */
function putBefore(server: HttpServer, shortWay: ReturnType<typeof answerCached>): void {
  const [framework] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!server.listening || !shortWay(request, response)) framework!(request, response);
  });
}

/**
 * Which values of the `Host` header are answered. A page of somebody else's whose name resolves to this machine (DNS
 * rebinding) would be of the same origin as the service, and could read orders. Who binds to loopback is meant to be
 * reached by a name of loopback.
 */
function hostCheck(boundTo: string): (host: string | undefined) => boolean {
  if (!isLoopback(boundTo)) return () => true;
  // Nearly always that of the request before.
  let lastServed: string | undefined;
  return (host = '') => {
    if (host === lastServed) return true;
    if (!isLoopback(host.replace(/:\d*$/, '').replace(/^\[|\]$/g, ''))) return false;
    lastServed = host;
    return true;
  };
}
