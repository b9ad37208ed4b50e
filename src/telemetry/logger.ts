/** Logs: JSON lines for machines, the same in words on a terminal. They carry no personal data. */
import { isatty } from 'node:tty';
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

export function createLogger(level: string): Logger {
  const options = { level, base: null, serializers: { err: withStack, fault: describe } };
  // Not what `process.stdout` says of itself: in a thread it is a pipe.
  if (!isatty(1)) return pino(options);
  return pino(options, pretty({ translateTime: 'SYS:HH:MM:ss', sync: true }));
}

/** For bugs (`err`): where it was thrown. */
function withStack(error: unknown): Record<string, unknown> {
  return { ...describe(error), ...(error instanceof Error && { stack: error.stack }) };
}

/**
 * For faults that are waited out (`fault`), and may come a thousand times. Not the other properties of an error:
 * PostgreSQL's `detail` and `where` quote rows, and rows are personal data.
 */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  const causes = error instanceof AggregateError ? error.errors : cause === undefined ? [] : [cause];
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    ...(causes.length > 0 && { cause: describe(causes.at(-1)) }),
  };
}
