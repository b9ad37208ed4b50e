/** Transactions on a connection of a pool: committed when all went well, else rolled back with the connection. */
import type pg from 'pg';
import { send, type Statement } from './copy-query.ts';

/** Runs `work` in a transaction. Rejects with the error of the database, or of `work`. */
export function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withConnection(pool, async (client) => {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/**
 * A transaction in two round trips: what `ask` asks goes right behind BEGIN, and COMMIT goes right behind what
 * `write` makes of the answers. When a statement fails PostgreSQL refuses all behind it, and takes COMMIT for
 * ROLLBACK. Statements are made and sent one by one: the database works on one while the next is made.
 *
 * Rejects with the first error of the database, or of `ask` and `write`.
 */
export function pipelinedTransaction<A, T>(
  pool: pg.Pool,
  ask: (client: pg.PoolClient) => Promise<A>,
  write: (asked: A) => { result: T; statements: Iterable<Statement> },
): Promise<T> {
  return withConnection(pool, async (client) => {
    const [, asked] = await Promise.all([client.query('BEGIN'), ask(client)]);
    const { result, statements } = write(asked);
    const answers: Promise<unknown>[] = [];
    try {
      for (const statement of statements) answers.push(send(client, statement));
      answers.push(client.query('COMMIT'));
    } catch (error) {
      void Promise.allSettled(answers); // the error that matters is this one
      throw error;
    }
    await Promise.all(answers);
    return result;
  });
}

/** Lends a connection to `work`. One that failed is closed, not used again. */
async function withConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const onError = (error: Error) => (failure = error);
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(failure);
  }
}
