/** Instants as RFC 3339 writes them, to the microseconds that PostgreSQL keeps. */

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Microseconds since 1970-01-01T00:00:00Z (digits beyond the sixth are cut), or `undefined` when `text` is
 * not an RFC 3339 date-time with a time zone and a year from 1970 to 9999.
 *
 * RFC 3339, section 5.6 (grammar) and 5.7 (a second of 60 is a leap second, which is always 23:59:60 UTC).
 */
export function parseInstant(text: string): bigint | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -1 : 1);
  const ms = Date.UTC(year, month - 1, day, hour, minute - offset, second);
  if (second === 60 && ms % 86_400_000 !== 0) return undefined;
  const micros = match[7] === undefined ? 0 : Number(match[7].slice(0, 6).padEnd(6, '0'));
  return BigInt(ms) * 1000n + BigInt(micros);
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
