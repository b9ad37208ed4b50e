/** `dead-letters`: which records are no orders, and what is wrong with each. */
import { isUtf8 } from 'node:buffer';
import { parseArgs } from 'node:util';
import type { DeadLetter, DeadLetterSummary } from '../core/dead-letter.ts';
import { findDeadLetter, listDeadLetters } from '../postgres/dead-letters.ts';
import { createPool } from '../postgres/pool.ts';
import { UsageError } from './usage.ts';

export const help = `Records that are no orders, with what is wrong with them.

  node src/main.ts dead-letters list [--limit 20] [--before ID] [--code CODE] [--json]
  node src/main.ts dead-letters show ID [--json]

  --limit N    how many, the newest first (1 to 1000)
  --before ID  only older ones: the next page
  --code CODE  only those of one kind, such as not_json or invalid
  --json       for programs: bytes in base64

They hold personal data, as orders do.
`;

const timeoutMs = 10_000;

/** Runs `dead-letters` with the arguments after its name; resolves with the exit code. Throws UsageError. */
export async function deadLetters(
  args: string[],
  databaseUrl: string,
  stdout: NodeJS.WritableStream,
): Promise<number> {
  const { values, positionals } = parse(args);
  const [action, id, ...rest] = positionals;
  if (values.help || (action === undefined && rest.length === 0)) {
    stdout.write(help);
    return values.help ? 0 : 2;
  }
  if (rest.length > 0) throw new UsageError(`"${rest.join(' ')}" is too much: see dead-letters --help`);
  const pool = createPool({ url: databaseUrl, max: 1, timeoutMs, onError: () => {} });
  try {
    switch (action) {
      case 'list': {
        if (id !== undefined) throw new UsageError(`"${id}" is too much: list takes only flags`);
        const found = await listDeadLetters(pool, {
          limit: integer('--limit', values.limit ?? '20', 1_000),
          before: values.before === undefined ? undefined : String(integer('--before', values.before)),
          code: values.code,
        });
        stdout.write(values.json ? `${JSON.stringify(found, undefined, 2)}\n` : table(found));
        return 0;
      }
      case 'show': {
        if (id === undefined)
          throw new UsageError('show takes the id of a dead letter: dead-letters show 17');
        const found = await findDeadLetter(pool, String(integer('ID', id)));
        if (!found) {
          stdout.write(`There is no dead letter ${id}.\n`);
          return 1;
        }
        stdout.write(values.json ? `${JSON.stringify(toJson(found), undefined, 2)}\n` : details(found));
        return 0;
      }
      default:
        throw new UsageError(`dead-letters knows list and show, not "${action}"`);
    }
  } finally {
    await pool.end();
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        limit: { type: 'string' },
        before: { type: 'string' },
        code: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function integer(name: string, value: string, max = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= max) return number;
  throw new UsageError(`${name} must be a whole number from 1 to ${max}, not "${value}"`);
}

function table(letters: DeadLetterSummary[]): string {
  if (letters.length === 0) return 'No dead letters.\n';
  const rows = letters.map(({ id, created_at, topic, partition, offset, code, reason }) =>
    [
      id.padStart(8),
      created_at.toISOString(),
      `${topic}/${partition}@${offset}`.padEnd(20),
      code.padEnd(14),
      reason,
    ].join('  '),
  );
  return `${rows.join('\n')}\n`;
}

function details(letter: DeadLetter): string {
  const { id, topic, partition, offset, record_timestamp, created_at, code, reason, errors, headers } =
    letter;
  const lines = [
    `id         ${id}`,
    `record     ${topic}/${partition}@${offset}, sent ${record_timestamp.toISOString()}`,
    `kept       ${created_at.toISOString()}`,
    `code       ${code}`,
    `reason     ${reason}`,
    ...errors.map(({ path, message }) => `error      ${path || '(whole record)'}: ${message}`),
    `key        ${readable(letter.key)}`,
    ...headers.map(
      ({ key, key_base64, value }) =>
        `header     ${key ?? `base64 ${key_base64}`}: ${readable(value === null ? null : Buffer.from(value, 'base64'))}`,
    ),
    `value      ${readable(letter.value)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Text where the bytes are text. Control characters are escaped: they could command the terminal. */
function readable(bytes: Buffer | null): string {
  if (bytes === null) return '(none)';
  if (!isUtf8(bytes)) return `base64 ${bytes.toString('base64')}`;
  return bytes.toString('utf8').replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}

function toJson({ key, value, ...rest }: DeadLetter) {
  return { ...rest, key: key?.toString('base64') ?? null, value: value?.toString('base64') ?? null };
}
