/** How this instance does: the last minutes in figures, and what is wrong in words. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { Series } from '../core/stats.ts';
import type { Readiness } from './ops.ts';
import { problemResponses } from './problem.ts';

export interface StatsRoutesOptions {
  readiness: () => Readiness;
  /** The intervals that ended after `since`, in Unix seconds. */
  series: (since?: number) => Series;
}

const parameters = Type.Object({
  since: Type.Optional(Type.Number({ minimum: 0, description: 'only what came after this time' })),
});

const Stats = Type.Object({
  ready: Type.Boolean(),
  parts: Type.Record(Type.String(), Type.String(), { description: 'each with ok, or what is wrong' }),
  series: Series,
});

/** `GET /api/stats`. */
export function statsRoutes(app: FastifyInstance, { readiness, series }: StatsRoutesOptions): void {
  app.get<{ Querystring: Static<typeof parameters> }>(
    '/api/stats',
    {
      schema: {
        summary: 'What this instance did over the last five minutes, and how its parts are',
        tags: ['watching'],
        querystring: parameters,
        response: { 200: { description: 'Figures', ...Stats }, ...problemResponses('invalid_request') },
      },
    },
    (request, reply) =>
      reply.header('Cache-Control', 'no-store').send({ ...readiness(), series: series(request.query.since) }),
  );
}
