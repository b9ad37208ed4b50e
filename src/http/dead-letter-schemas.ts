/** What goes over HTTP about dead letters. */
import { Type, type Static } from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const time = (description: string) => Type.String({ description: `${description}, RFC 3339` });

export const Id = Type.String({ pattern: '^[1-9][0-9]{0,17}$', description: 'the id of a dead letter' });

export const TextOrBase64 = Type.Object(
  { text: Type.Optional(Type.String()), base64: Type.Optional(Type.String()) },
  { additionalProperties: false, description: 'text where the bytes are UTF-8, else base64; exactly one' },
);

const filterFields = {
  code: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'such as not_json or invalid' }),
  ),
  reason: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'words in the reason, in whatever case' }),
  ),
  topic: Type.Optional(Type.String({ minLength: 1, maxLength: 249 })),
  partition: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  since: Type.Optional(Type.String({ maxLength: 64, description: 'kept at this time or later, RFC 3339' })),
  until: Type.Optional(Type.String({ maxLength: 64, description: 'kept before this time, RFC 3339' })),
};

const Status = Type.Union(
  (['open', 'replayed', 'superseded'] as const).map((status) => Type.Literal(status)),
  { description: 'superseded: a newer version of its order is stored' },
);

const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 });

export const ListQuery = Type.Object({
  ...filterFields,
  status: Type.Optional(Type.String({ enum: ['open', 'replayed', 'superseded'] })),
  limit,
  cursor: Type.Optional(Type.String({ ...Id, description: 'next_cursor of the page before' })),
});

const FieldErrors = Type.Array(
  Type.Object({
    path: Type.String({ description: "JSON Pointer (RFC 6901), '' for the whole record" }),
    message: Type.String(),
  }),
);

const summary = {
  id: Id,
  topic: Type.String(),
  partition: Type.Integer(),
  offset: Type.String(),
  code: Type.String(),
  reason: Type.String({ description: 'what was wrong when it arrived' }),
  status: Status,
  attempts: Type.Integer({ minimum: 0 }),
  last_attempt_at: nullable(time('the newest attempt')),
  record_timestamp: time('the timestamp of the record'),
  created_at: time('when it was kept'),
};

export const DeadLetterList = Type.Object({
  dead_letters: Type.Array(Type.Object(summary, { additionalProperties: false })),
  next_cursor: nullable(Type.String()),
});

const Attempt = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  at: time('when'),
  outcome: Type.Union((['replayed', 'superseded', 'invalid'] as const).map((one) => Type.Literal(one))),
  order_uid: nullable(Type.String()),
  code: nullable(Type.String()),
  reason: nullable(Type.String()),
  errors: FieldErrors,
  corrected: Type.Boolean({ description: 'whether other bytes than those of the record were given' }),
});

export const DeadLetterDocument = Type.Object(
  {
    ...summary,
    errors: FieldErrors,
    key: nullable(TextOrBase64),
    value: nullable(TextOrBase64),
    headers: Type.Array(Type.Object({ key: TextOrBase64, value: nullable(TextOrBase64) })),
    published_at: nullable(time('when the topic of dead letters acknowledged it')),
    publish_error: nullable(Type.String({ description: 'why that topic refuses it for good' })),
    history: Type.Array(Attempt, { description: 'the newest first, at most 100' }),
    latest_correction: nullable(TextOrBase64),
  },
  { additionalProperties: false },
);

const dryRun = Type.Boolean({
  default: false,
  description: 'do everything, what the database says to it included, and take it back',
});

export const ReplayBody = Type.Object(
  { value: Type.Optional(TextOrBase64), dry_run: dryRun },
  { additionalProperties: false, description: 'value: instead of the bytes of the record, at most 2 MiB' },
);

const outcomes = [
  'replayed',
  'superseded',
  'invalid',
  'already_replayed',
  'already_superseded',
  'not_found',
] as const;

const result = {
  id: Id,
  outcome: Type.Union(
    outcomes.map((outcome) => Type.Literal(outcome)),
    { description: 'what became of it; in a dry run, what would have' },
  ),
  attempts: Type.Integer({ minimum: 0 }),
  order_uid: nullable(Type.String()),
  code: nullable(Type.String()),
  reason: nullable(Type.String()),
  errors: FieldErrors,
};

export const ReplayAnswer = Type.Object(
  { ...result, dry_run: Type.Boolean() },
  { additionalProperties: false },
);

export const ReplaySeveralBody = Type.Object(
  {
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 100, uniqueItems: true })),
    filter: Type.Optional(
      Type.Object(filterFields, {
        additionalProperties: false,
        description: 'those that are open and match; {} for all that are open',
      }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 100, description: 'with filter: how many now' }),
    cursor: Type.Optional(
      Type.String({ maxLength: 40, description: 'with filter: next_cursor of the request before' }),
    ),
    dry_run: dryRun,
  },
  { additionalProperties: false, description: 'either ids or filter' },
);

export const ReplaySeveralAnswer = Type.Object(
  {
    dry_run: Type.Boolean(),
    results: Type.Array(Type.Object(result, { additionalProperties: false })),
    total: Type.Integer({ description: 'how many there were to do when this request began' }),
    next_cursor: nullable(Type.String({ description: 'goes on; bounded to those there were at the start' })),
  },
  { additionalProperties: false },
);

export type ListQuery = Static<typeof ListQuery>;
export type ReplayBody = Static<typeof ReplayBody>;
export type ReplaySeveralBody = Static<typeof ReplaySeveralBody>;
export type TextOrBase64 = Static<typeof TextOrBase64>;
