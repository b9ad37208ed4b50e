/** Connections to PostgreSQL, with a time limit on everything that waits for it. */
import pg from 'pg';

export interface PoolOptions {
  url: string;
  /** Most connections. */
  max: number;
  /** Longest wait for a connection and for the answer to a statement, in milliseconds. */
  timeoutMs: number;
  /** Longest time that a transaction waits for something else than the database; as `timeoutMs` when left out. */
  idleInTransactionMs?: number;
  /** Told of connections that break while idle. */
  onError: (error: Error) => void;
}

/**
 * A pool whose waits all end: the client gives up after `timeoutMs`, which a hung server cannot do for it, and
 * the server ends a transaction that a stopped client left open, so that its locks do not hold up another
 * instance. Its connections send each statement at once, behind those that are under way.
 */
export function createPool({ url, max, timeoutMs, idleInTransactionMs, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(url, timeoutMs),
    idle_in_transaction_session_timeout: idleInTransactionMs ?? timeoutMs,
    max,
    idleTimeoutMillis: 60_000,
    pipeline: true,
  });
  pool.on('error', onError);
  // Between two hands of the pool's a connection has no listener, and an error without one ends the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Longest wait for a connection, in milliseconds. */
const maxConnectMs = 15_000;

export function connectionOptions(url: string, timeoutMs: number): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'order-service',
    keepAlive: true,
    // A migration may take an hour; a server that does not answer is not waited for so long.
    connectionTimeoutMillis: Math.min(timeoutMs, maxConnectMs),
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
  };
}
