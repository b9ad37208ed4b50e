/** Dead letters over HTTP: to list, look at, and mend. They hold personal data: lists show none, and nothing is cached. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { toDocument } from '../core/dead-letter-document.ts';
import type { DeadLetterFilter, DeadLetterStatus, DeadLetterStore } from '../core/dead-letter.ts';
import { parseInstant } from '../core/instant.ts';
import { maxCorrectionBytes, type Replay, type ReplayRange } from '../core/replay.ts';
import {
  DeadLetterDocument,
  DeadLetterList,
  Id,
  ListQuery,
  ReplayAnswer,
  ReplayBody,
  ReplaySeveralAnswer,
  ReplaySeveralBody,
  type TextOrBase64,
} from './dead-letter-schemas.ts';
import { Problem, problemResponses } from './problem.ts';
import { guardWrite } from './write-guard.ts';

export interface DeadLetterRoutesOptions {
  deadLetters: Pick<DeadLetterStore, 'list' | 'find'>;
  replay: Pick<Replay, 'one' | 'range' | 'count' | 'next'>;
}

const tags = ['dead letters'];
const writing = ['invalid_request', 'cross_site', 'too_large', 'not_json', 'unavailable'] as const;
const byId = Type.Object({ id: Id });

/** A correction in base64 or as a JSON string with its quotes escaped, and the rest of the body. */
const maxBodyBytes = 2 * maxCorrectionBytes;

/** `GET /api/dead-letters`, `GET /api/dead-letters/{id}`, `POST /api/dead-letters/{id}/replay`, `POST /api/dead-letters/replay`. */
export async function deadLetterRoutes(
  app: FastifyInstance,
  { deadLetters, replay }: DeadLetterRoutesOptions,
): Promise<void> {
  takeJsonBodies(app);

  app.get<{ Querystring: ListQuery }>(
    '/api/dead-letters',
    {
      schema: {
        summary: 'The records that are no orders, the newest first; nothing of their content',
        tags,
        querystring: ListQuery,
        response: {
          200: { description: 'A page of dead letters', ...DeadLetterList },
          ...problemResponses('invalid_request', 'unavailable'),
        },
      },
    },
    async ({ query: { limit, cursor, status, ...filter } }, reply) => {
      const wanted = { ...toFilter(filter), status: status as DeadLetterStatus | undefined };
      const found = await asked(() => deadLetters.list(wanted, limit, cursor));
      return send(reply, {
        dead_letters: found,
        next_cursor: found.length === limit ? found.at(-1)!.id : null,
      });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/dead-letters/:id',
    {
      schema: {
        summary: 'One with its bytes, headers, each error with its path, and each try to mend it',
        tags,
        params: byId,
        response: {
          200: { description: 'The dead letter', ...DeadLetterDocument },
          ...problemResponses('invalid_request', 'dead_letter_not_found', 'unavailable'),
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const found = await asked(() => deadLetters.find(id));
      if (!found) throw notFound(id);
      return send(reply, toDocument(found));
    },
  );

  app.post<{ Params: { id: string }; Body: ReplayBody }>(
    '/api/dead-letters/:id/replay',
    {
      onRequest: guardWrite,
      bodyLimit: maxBodyBytes,
      schema: {
        summary: 'Stores its order, as it is or corrected; what is no order still is one attempt more',
        tags,
        params: byId,
        body: ReplayBody,
        response: {
          200: { description: 'What became of it', ...ReplayAnswer },
          ...problemResponses('dead_letter_not_found', ...writing),
        },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const { dry_run, value } = body;
      const bytes = value && toBytes(value);
      const result = await asked(() => replay.one(id, { dryRun: dry_run, value: bytes }));
      if (result.outcome === 'not_found') throw notFound(id);
      return send(reply, { ...result, dry_run });
    },
  );

  app.post<{ Body: ReplaySeveralBody }>(
    '/api/dead-letters/replay',
    {
      onRequest: guardWrite,
      schema: {
        summary: 'Replays several, or those that match, each in a transaction of its own',
        description:
          'With filter: the oldest first, `limit` in a request; go on with next_cursor until it is null. ' +
          'After a 503 the same request can be made again: what is done is not done twice.',
        tags,
        body: ReplaySeveralBody,
        response: {
          200: { description: 'What became of each', ...ReplaySeveralAnswer },
          ...problemResponses(...writing),
        },
      },
    },
    async ({ body: { ids, filter, limit, cursor, dry_run } }, reply) => {
      if ((ids === undefined) === (filter === undefined)) {
        throw new Problem(
          'invalid_request',
          'Send either ids or filter; {} is the filter of all that are open.',
        );
      }
      const matching = filter && toFilter(filter);
      const chosen = matching ? await asked(() => choose(matching, limit, cursor)) : listOf(ids!);
      const results = [];
      for (const id of chosen.ids) results.push(await asked(() => replay.one(id, { dryRun: dry_run })));
      return send(reply, { dry_run, results, total: chosen.total, next_cursor: chosen.next_cursor });
    },
  );

  const choose = async (filter: DeadLetterFilter, limit: number, cursor: string | undefined) => {
    const range = cursor === undefined ? await replay.range() : parseCursor(cursor);
    const total = await replay.count(filter, range);
    const ids = await replay.next(filter, range, limit);
    const last = ids.at(-1);
    const more = last !== undefined && ids.length < total;
    return { ids, total, next_cursor: more ? `${last}.${range.upTo}` : null };
  };
}

/** The database's errors as a problem. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('unavailable', 'Dead letters are in the database, which does not answer.', { cause });
  }
}

function listOf(ids: string[]) {
  return { ids, total: ids.length, next_cursor: null };
}

/** As text: the schema of the answer describes it, and need not take it apart again. */
function send(reply: FastifyReply, answer: object): FastifyReply {
  return reply
    .header('Cache-Control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(answer));
}

function notFound(id: string): Problem {
  return new Problem('dead_letter_not_found', `No dead letter has the id ${id}.`);
}

function toFilter({
  since,
  until,
  ...filter
}: Omit<DeadLetterFilter, 'since' | 'until'> & { since?: string; until?: string }): DeadLetterFilter {
  return { ...filter, since: toDate('since', since), until: toDate('until', until) };
}

function toDate(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const micros = parseInstant(text);
  if (micros === undefined)
    throw new Problem('invalid_request', `${name} must be an RFC 3339 date and time with a time zone.`);
  return new Date(Number(micros / 1_000n));
}

function parseCursor(cursor: string): ReplayRange {
  const match = /^(\d{1,18})\.(\d{1,18})$/.exec(cursor);
  if (!match) throw new Problem('invalid_request', 'cursor must be the next_cursor of the request before.');
  return { after: match[1]!, upTo: match[2]! };
}

function toBytes({ text, base64 }: TextOrBase64): Buffer {
  if ((text === undefined) === (base64 === undefined)) {
    throw new Problem('invalid_request', 'value must have either text or base64.');
  }
  if (text !== undefined && !text.isWellFormed()) {
    throw new Problem('invalid_request', 'value.text has half of a surrogate pair: it has no UTF-8.');
  }
  // Node skips what is not base64, without a word.
  if (base64 !== undefined && !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw new Problem('invalid_request', 'value.base64 must be base64.');
  }
  const bytes = text === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(text);
  if (bytes.length > maxCorrectionBytes) throw new Problem('too_large', 'value is over 2 MiB.');
  return bytes;
}

/** JSON, or nothing at all; bytes that are not UTF-8 are refused, where the usual parser would replace them. */
function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) return done(null, {});
    try {
      if (!isUtf8(bytes)) throw new Error('not UTF-8');
      done(null, JSON.parse(bytes.toString('utf8')));
    } catch {
      // The parser's own message quotes the body.
      done(new Problem('invalid_request', 'The body is not JSON in UTF-8.'));
    }
  });
}
