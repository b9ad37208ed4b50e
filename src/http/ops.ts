/** What operators and their tools ask: is it alive, is it ready, what does it measure. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

export interface Readiness {
  ready: boolean;
  /** Each part with `ok`, or what is missing in words. */
  parts: Record<string, string>;
}

export interface OpsRoutesOptions {
  readiness: () => Readiness;
  metrics: () => Promise<{ contentType: string; body: string }>;
}

const Alive = Type.Object({ status: Type.Literal('alive') });
const Ready = Type.Object({
  status: Type.String({ description: 'ready or not ready' }),
  parts: Type.Record(Type.String(), Type.String(), { description: 'each with ok, or what is missing' }),
});

/** `GET /livez`, `GET /readyz`, `GET /metrics`, `GET /openapi.json`. */
export function opsRoutes(app: FastifyInstance, { readiness, metrics }: OpsRoutesOptions): void {
  app.get(
    '/livez',
    {
      schema: {
        summary: 'The event loop turns',
        tags: ['operations'],
        response: { 200: { description: 'It does', ...Alive } },
      },
    },
    (_request, reply) => reply.header('Cache-Control', 'no-store').send({ status: 'alive' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether all parts work, and which does not',
        tags: ['operations'],
        response: {
          200: { description: 'All do', ...Ready },
          503: { description: 'Some do not', ...Ready },
        },
      },
    },
    (_request, reply) => {
      const { ready, parts } = readiness();
      return reply
        .code(ready ? 200 : 503)
        .header('Cache-Control', 'no-store')
        .send({ status: ready ? 'ready' : 'not ready', parts });
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Measurements for Prometheus',
        tags: ['operations'],
        response: {
          200: { description: 'Measurements', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    async (_request, reply) => {
      const { contentType, body } = await metrics();
      return reply.type(contentType).send(body);
    },
  );

  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
