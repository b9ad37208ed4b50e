/** The library's errors in words. */
import { GenericError } from '@platformatic/kafka';

/** The message at the bottom of an error: the library wraps it several times, and only counts attempts there. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's own AggregateError, of an address with several families, says nothing.
  const wraps = error.message === '' || GenericError.isGenericError(error);
  const inner: unknown = error instanceof AggregateError ? error.errors.at(-1) : error.cause;
  return wraps && inner !== undefined ? reasonOf(inner) : error.message;
}
