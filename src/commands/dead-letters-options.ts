/** The arguments of `dead-letters`. */
import { parseArgs } from 'node:util';
import type { DeadLetterFilter, DeadLetterStatus } from '../core/dead-letter.ts';
import { parseInstant } from '../core/instant.ts';
import { UsageError } from './usage.ts';

export const help = `Records that are no orders: what is wrong with each, and mending them.

  node src/main.ts dead-letters list [filters] [--status S] [--limit 20] [--before ID] [--json]
  node src/main.ts dead-letters show ID [--json]
  node src/main.ts dead-letters replay ID... [--file F] [--dry-run] [--rate N] [--json]
  node src/main.ts dead-letters replay filters | --all [--dry-run] [--rate N] [--json]

Filters:
  --code CODE     of one kind, such as not_json or invalid
  --reason TEXT   with these words in the reason, in whatever case
  --since TIME    kept at this time or later: 2026-01-31T12:00:00Z, or 30m, 12h or 7d ago
  --until TIME    kept before this time
  --topic T, --partition N

list:
  --status S      open, replayed or superseded (a newer version of the order is stored)
  --limit N       how many, the newest first (1 to 1000)
  --before ID     only older ones: the next page

replay examines the bytes again and stores the order as the version that the record was; a newer one that is
stored stays. What is no order still is the same dead letter, with one attempt more. Exit code 1 when there is one.
  --all           all that are open, and there when it begins
  --file F        these bytes instead, for a single ID; - is standard input
  --dry-run       tells what would happen, and changes nothing
  --rate N        dead letters a second (as fast as possible)

  --json          for programs: bytes are {"text": ...} or {"base64": ...}; replay prints a line for each

They hold personal data, as orders do.
`;

export interface ReplayArguments {
  /** Empty: those that match `filter`. */
  ids: string[];
  filter: DeadLetterFilter;
  file: string | undefined;
  dryRun: boolean;
  /** Dead letters a second; `undefined` for as fast as possible. */
  rate: number | undefined;
}

export type DeadLettersArguments = { json: boolean } & (
  | { action: 'help'; asked: boolean }
  | { action: 'list'; filter: DeadLetterFilter; limit: number; before: string | undefined }
  | { action: 'show'; id: string }
  | ({ action: 'replay' } & ReplayArguments)
);

const filters = ['code', 'reason', 'since', 'until', 'topic', 'partition'];
const flagsOf: Record<string, string[]> = {
  list: [...filters, 'status', 'limit', 'before', 'json'],
  show: ['json'],
  replay: [...filters, 'all', 'file', 'dry-run', 'rate', 'json'],
};

/** Reads the arguments after `dead-letters`. Throws UsageError. */
export function parseArguments(args: string[]): DeadLettersArguments {
  const { values, positionals } = parse(args);
  const [action, ...ids] = positionals;
  const json = values.json ?? false;
  if (values.help || action === undefined) return { action: 'help', asked: values.help ?? false, json };
  const allowed = flagsOf[action];
  if (!allowed) throw new UsageError(`dead-letters knows list, show and replay, not "${action}"`);
  for (const flag of Object.keys(values)) {
    if (!allowed.includes(flag)) throw new UsageError(`--${flag} does not go with ${action}: see --help`);
  }
  const filter = toFilter(values);
  switch (action) {
    case 'list':
      if (ids[0] !== undefined) throw new UsageError(`"${ids[0]}" is too much: list takes only flags`);
      return {
        action,
        json,
        filter,
        limit: integer('--limit', values.limit ?? '20', 1_000),
        before: values.before === undefined ? undefined : String(integer('--before', values.before)),
      };
    case 'show':
      if (ids.length !== 1)
        throw new UsageError('show takes the id of one dead letter: dead-letters show 17');
      return { action, json, id: String(integer('ID', ids[0]!)) };
    default:
      return { action: 'replay', json, ...toReplay(ids, filter, values) };
  }
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        code: { type: 'string' },
        reason: { type: 'string' },
        since: { type: 'string' },
        until: { type: 'string' },
        topic: { type: 'string' },
        partition: { type: 'string' },
        status: { type: 'string' },
        limit: { type: 'string' },
        before: { type: 'string' },
        all: { type: 'boolean' },
        file: { type: 'string' },
        'dry-run': { type: 'boolean' },
        rate: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nAll flags: node src/main.ts dead-letters --help`);
  }
}

function toReplay(positionals: string[], filter: DeadLetterFilter, values: Values): ReplayArguments {
  const ids = [...new Set(positionals.map((id) => String(integer('ID', id))))];
  const filtered = filters.some((name) => name in values);
  const ways = [ids.length > 0, filtered, values.all === true].filter(Boolean).length;
  if (ways === 0) throw new UsageError('replay takes ids, filters, or --all for all that are open');
  if (ways > 1) throw new UsageError('replay takes either ids, or filters, or --all');
  if (values.file !== undefined && ids.length !== 1)
    throw new UsageError('--file goes with a single id: the bytes are those of one record');
  return {
    ids,
    filter,
    file: values.file,
    dryRun: values['dry-run'] ?? false,
    rate: values.rate === undefined ? undefined : rateOf(values.rate),
  };
}

function toFilter(values: Values): DeadLetterFilter {
  const { code, reason, topic, status } = values;
  if (status !== undefined && !['open', 'replayed', 'superseded'].includes(status))
    throw new UsageError(`--status must be open, replayed or superseded, not "${status}"`);
  return {
    code,
    reason,
    topic,
    status: status as DeadLetterStatus | undefined,
    partition:
      values.partition === undefined ? undefined : integer('--partition', values.partition, 2_147_483_647, 0),
    since: time('--since', values.since),
    until: time('--until', values.until),
  };
}

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function time(flag: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() - Number(count) * unitMs[unit!]!);
  const micros = parseInstant(text);
  if (micros !== undefined) return new Date(Number(micros / 1_000n));
  throw new UsageError(`${flag} must be like 2026-01-31T12:00:00Z, or 30m, 12h or 7d ago, not "${text}"`);
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate >= 0.01 && rate <= 1_000_000) return rate;
  throw new UsageError(`--rate must be a number from 0.01 to 1000000 (dead letters a second), not "${text}"`);
}

function integer(name: string, value: string, max = Number.MAX_SAFE_INTEGER, min = 1): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not "${value}"`);
}
