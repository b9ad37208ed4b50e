/** Errors as RFC 9457 problem details: one table from what went wrong to what the client is told. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { Type } from 'typebox';

const problems = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  order_not_found: { status: 404, title: 'There is no such order' },
  dead_letter_not_found: { status: 404, title: 'There is no such dead letter' },
  not_found: { status: 404, title: 'There is nothing here' },
  misdirected: { status: 421, title: 'This host is not served here' },
  cross_site: { status: 403, title: 'Another site may not do this' },
  not_json: { status: 415, title: 'The request must be JSON' },
  too_large: { status: 413, title: 'The request is too large' },
  busy: { status: 503, title: 'Too many are served already' },
  unavailable: { status: 503, title: 'The database does not answer' },
  internal: { status: 500, title: 'Something went wrong in the service' },
} as const;

export type ProblemCode = keyof typeof problems;

const schema = Type.Object(
  {
    type: Type.String({
      description: 'urn:order-service:problem: and what is wrong, such as order_not_found',
    }),
    title: Type.String({ description: 'the same in words' }),
    status: Type.Integer({ description: 'of the answer' }),
    detail: Type.String({ description: 'what is wrong this time' }),
  },
  { $id: 'Problem', description: 'RFC 9457' },
);

/** What a route answers when it cannot do what it is asked, for the OpenAPI document. */
export function problemResponses(...codes: ProblemCode[]) {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => problems[code].title).join('; '),
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
      },
    ]),
  );
}

/** Seconds after which a client may try again while the database is away. */
const retryAfterSeconds = 2;

/** Thrown by a handler to answer with a problem; `message` is the detail, and holds no personal data. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

/** Answers every error and every unknown path with a problem. `onFault` is told of those that are ours. */
export function handleProblems(app: FastifyInstance, onFault: (error: unknown) => void): void {
  app.addSchema(schema);
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal') onFault(error);
    if (problem.code === 'unavailable') onFault(problem.cause);
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem('not_found', `Nothing is served at this address for ${request.method}.`)),
  );
}

/** Answers with the problem that `error` is to a client. */
export function answerProblem(error: FastifyError | Problem, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, toProblem(error));
}

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error;
  if (error.validation) return new Problem('invalid_request', inWords(error.validation[0]!));
  if (error.statusCode === 413) return new Problem('too_large', 'The body of the request is too large.');
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Problem('invalid_request', error.message);
  return new Problem('internal', 'The error is in the log of the service.', { cause: error });
}

/** Ajv's message shows the pattern of an id; a person is better served by its description. */
function inWords({ instancePath, params, message }: FastifySchemaValidationError): string {
  const name = (params['missingProperty'] as string | undefined) ?? instancePath.slice(1);
  if (name === 'order_uid') return 'order_uid must be 1 to 64 of A-Z a-z 0-9 _ -.';
  return `${name || 'The request'} ${message ?? 'is not valid'}.`;
}

function sendProblem(reply: FastifyReply, { code, message }: Problem): FastifyReply {
  const { status, title } = problems[code];
  if (status === 503) reply.header('Retry-After', retryAfterSeconds);
  return (
    reply
      .code(status)
      .header('Cache-Control', 'no-store')
      .type('application/problem+json')
      // As bytes: to text Fastify adds a charset, which this media type does not have.
      .send(
        Buffer.from(
          JSON.stringify({ type: `urn:order-service:problem:${code}`, title, status, detail: message }),
        ),
      )
  );
}
