/** What an error of PostgreSQL means for the batch that met it (I5). */
import pg from 'pg';
import { DataFault } from '../core/store.ts';

/** Keys that only two transactions storing the same new order at once can violate; the second try sees the first's row. */
const ownKeys = new Set(['orders_pkey', 'order_items_pkey', 'dead_letters_topic_id_partition_offset_key']);

/**
 * A DataFault for an error that the data itself causes, else the error as it is.
 *
 * By class of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): 22 is a value that
 * the type refuses, 23 one that a constraint refuses. All else (08, 40, 53, 57, also 28 and 42: a missing grant
 * or table) is the infrastructure's and passes when that is mended. PostgreSQL's detail is left out: it quotes the
 * row.
 */
export function asFault(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', constraint, column, table } = error;
  if (!/^2[23]/.test(code)) return error;
  if (isOwnKey(error)) return error;
  const where = constraint
    ? `constraint ${constraint}`
    : column
      ? `column ${column}`
      : table
        ? `table ${table}`
        : '';
  return new DataFault(`SQLSTATE ${code}${where && ` at ${where}`}`, { cause: error });
}

/** Whether two transactions got in each other's way, so that trying again at once will do. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  // Serialization failure, deadlock detected.
  return error.code === '40001' || error.code === '40P01' || isOwnKey(error);
}

function isOwnKey({ code, constraint }: pg.DatabaseError): boolean {
  return code === '23505' && constraint !== undefined && ownKeys.has(constraint);
}

/** Whether a statement took too long: by the server's clock (query_canceled, lock_not_available), or by pg's. */
export function isTimeout(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code === '57014' || error.code === '55P03';
  return error instanceof Error && error.message === 'Query read timeout';
}
