/**
 * Transactions of instances that stand still.
 *
 * PostgreSQL ends a transaction whose client says nothing between two statements, but not one that waits for its
 * client in the middle of a COPY: no time limit of the server is looked at there. An instance that was stopped at
 * that moment (a frozen container, a laptop asleep) keeps its locks on the fence, and all others wait for as long as
 * it sleeps.
 */
import type pg from 'pg';

/**
 * Ends the sessions of this service and role that have waited for their client, inside a statement, for longer than
 * statements of `writer` may take: their clients have given up, or stand still and will try again. Throws when the
 * database does not answer.
 */
export async function endStalled(reader: pg.Pool, writer: pg.Pool): Promise<void> {
  const limitMs = Number(writer.options.statement_timeout);
  if (!(limitMs > 0)) return;
  await reader.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user
       AND application_name = current_setting('application_name')
       AND state = 'active' AND wait_event_type = 'Client'
       AND query_start < now() - $1 * interval '1 millisecond'`,
    [limitMs],
  );
}
