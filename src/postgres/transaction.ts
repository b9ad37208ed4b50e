/** Transactions on a connection of a pool: committed when all went well, else rolled back with the connection. */
import pg from 'pg';
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
 * Rejects as `answers` does, or with the error of `write`.
 */
export function pipelinedTransaction<A, T>(
  pool: pg.Pool,
  ask: (client: pg.PoolClient) => Promise<A>,
  write: (asked: A) => { result: T; statements: Iterable<Statement> },
): Promise<T> {
  return withConnection(pool, async (client) => {
    const [, asked] = await answers([client.query('BEGIN'), ask(client)]);
    const { result, statements } = write(asked);
    const sent: Promise<unknown>[] = [];
    try {
      for (const statement of statements) sent.push(send(client, statement));
      sent.push(client.query('COMMIT'));
    } catch (error) {
      void Promise.allSettled(sent); // the error that matters is this one
      throw error;
    }
    await answers(sent);
    return result;
  });
}

/** The state of a transaction in which a statement has failed: those behind it are refused. */
const inFailedTransaction = '25P02';

/**
 * The answers to statements that were sent one behind the other, when all have come. Rejects with the error of the
 * first that failed by itself; those behind it are only refused.
 */
export async function answers<T extends readonly unknown[]>(sent: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const settled = await Promise.allSettled(sent);
  const errors: unknown[] = settled.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason] : [],
  );
  if (errors.length > 0) throw errors.find((error) => !isConsequence(error)) ?? errors[0];
  return Promise.all(sent);
}

function isConsequence(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === inFailedTransaction;
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
