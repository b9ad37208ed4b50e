/**
 * Keeps the caches of several instances coherent (I6): a transaction that changes orders names them in a
 * notification, which PostgreSQL delivers to every listening instance once it is committed.
 *
 * Notifications that are sent while the connection is down are lost. So each time it is made anew, whoever
 * listens must forget what it knew; and it is probed every second, so that a dead one is noticed.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { backoffMs, pause } from '../core/backoff.ts';
import { connectionOptions } from './pool.ts';

const channel = 'orders_changed';

/** PostgreSQL takes payloads below 8000 bytes (https://www.postgresql.org/docs/current/sql-notify.html). */
const maxPayloadBytes = 7_900;

const probeIntervalMs = 1_000;
const probeTimeoutMs = 3_000;

/** Names changed orders to the other instances, when the transaction is committed. */
export function notifyChanged(instanceId: string, orderUids: string[]): pg.QueryConfig {
  const payloads: string[] = [];
  let payload = instanceId;
  for (const orderUid of orderUids) {
    if (payload.length + 1 + orderUid.length > maxPayloadBytes) {
      payloads.push(payload);
      payload = instanceId;
    }
    payload += ` ${orderUid}`;
  }
  payloads.push(payload);
  return {
    text: 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload',
    values: [channel, payloads],
  };
}

export interface ChangeListenerOptions {
  url: string;
  instanceId: string;
  /** The connection is there, for the first time or again: changes may have been missed. Awaited before it counts as up. */
  onConnected: () => Promise<void>;
  /** Another instance has changed these orders. */
  onChanged: (orderUids: string[]) => void;
  onFault: (error: unknown) => void;
}

export class ChangeListener {
  readonly #options: ChangeListenerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #connected = false;

  constructor(options: ChangeListenerOptions) {
    this.#options = options;
  }

  /** An id for this instance, without the space that separates ids in a payload. */
  static newInstanceId(): string {
    return randomUUID();
  }

  /** Whether the database answered within the last seconds. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Starts to listen; goes on until `stop`, across faults. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
      const client = new pg.Client(connectionOptions(this.#options.url, probeTimeoutMs));
      // The error of an idle connection; the next probe fails on it.
      client.on('error', () => {});
      try {
        await client.connect();
        await this.#listen(client, () => (attempt = 1));
      } catch (error) {
        this.#options.onFault(error);
      } finally {
        this.#connected = false;
        await client.end().catch(this.#options.onFault);
      }
      await pause(backoffMs(attempt), this.#stop.signal);
    }
  }

  async #listen(client: pg.Client, onUp: () => void): Promise<void> {
    client.on('notification', ({ payload = '' }) => {
      const [instanceId, ...orderUids] = payload.split(' ');
      if (instanceId !== this.#options.instanceId) this.#options.onChanged(orderUids);
    });
    await client.query(`LISTEN ${channel}`);
    await this.#options.onConnected();
    this.#connected = true;
    onUp();
    while (!this.#stop.signal.aborted) {
      await pause(probeIntervalMs, this.#stop.signal);
      await client.query('SELECT 1');
    }
  }
}
