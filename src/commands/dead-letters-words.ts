/** Dead letters in words, for a terminal. */
import { isUtf8 } from 'node:buffer';
import type {
  DeadLetterAttempt,
  DeadLetterDetails,
  DeadLetterSummary,
  ReplayResult,
} from '../core/dead-letter.ts';

/** A line for each, and how to get the next page when this one is full. */
export function table(letters: DeadLetterSummary[], limit: number): string {
  if (letters.length === 0) return 'No dead letters.\n';
  const rows = letters.map(({ id, created_at, topic, partition, offset, status, attempts, code, reason }) =>
    [
      id.padStart(8),
      created_at.toISOString(),
      `${topic}/${partition}@${offset}`.padEnd(20),
      (attempts === 0 ? status : `${status} (${attempts})`).padEnd(10),
      code.padEnd(14),
      reason,
    ].join('  '),
  );
  const more = letters.length === limit ? `The next page: --before ${letters.at(-1)!.id}\n` : '';
  return `${rows.join('\n')}\n${more}`;
}

/** All of one: its bytes, headers, each error with its path, and each try to mend it. */
export function details(letter: DeadLetterDetails): string {
  const lines = [
    `id         ${letter.id}`,
    `record     ${letter.topic}/${letter.partition}@${letter.offset}, sent ${letter.record_timestamp.toISOString()}`,
    `kept       ${letter.created_at.toISOString()}`,
    `status     ${letter.status}, ${letter.attempts === 1 ? '1 attempt' : `${letter.attempts} attempts`}`,
    ...(letter.published_at ? [`published  ${letter.published_at.toISOString()}`] : []),
    ...(letter.publish_error === null ? [] : [`published  no: ${letter.publish_error}`]),
    `code       ${letter.code}`,
    `reason     ${letter.reason}`,
    ...letter.errors.map(({ path, message }) => `error      ${path || '(whole record)'}: ${message}`),
    ...letter.history.map(attempt),
    `key        ${readable(letter.key)}`,
    ...letter.headers.map(([key, value]) => `header     ${readable(key)}: ${readable(value)}`),
    `value      ${readable(letter.value)}`,
    ...(letter.latest_correction === null ? [] : [`corrected  ${readable(letter.latest_correction)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function attempt({ attempt, at, outcome, order_uid, reason, corrected }: DeadLetterAttempt): string {
  const bytes = corrected ? 'corrected' : 'as it was';
  return `attempt    ${attempt}, ${at.toISOString()}, ${bytes}: ${outcome}, ${reason ?? `order ${order_uid}`}`;
}

const outcomes: Record<ReplayResult['outcome'], string> = {
  replayed: 'replayed',
  superseded: 'superseded',
  invalid: 'invalid',
  already_replayed: 'already replayed',
  already_superseded: 'already superseded',
  not_found: 'not found',
};

/** What became of one, in a line. */
export function resultLine({ id, outcome, order_uid, reason }: ReplayResult): string {
  const what =
    reason ??
    (order_uid === null ? '' : `order ${order_uid}`) +
      (outcome === 'superseded' ? ': a newer version is stored' : '');
  return `${id.padStart(8)}  ${outcomes[outcome].padEnd(16)}  ${what}`.trimEnd();
}

/** How many ended how. */
export function summary(results: Map<ReplayResult['outcome'], number>, dryRun: boolean): string {
  const total = [...results.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...results].map(([outcome, count]) => `${count} ${outcomes[outcome]}`);
  const counted = `${total} ${total === 1 ? 'dead letter' : 'dead letters'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
  return dryRun ? `${counted} This was a dry run: nothing has changed.` : counted;
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
