/**
 * The comparison of the ledger with everything that the service shows: tables, offsets, HTTP. It returns each
 * damage in words, so that a control with a deliberate bug can say which it expects.
 */
import pg from 'pg';
import { Delivery, Item, Order, Payment } from '../../src/core/order.ts';
import type { Ledger } from './ledger.ts';

export interface AuditOptions {
  databaseUrl: string;
  /** Instances that are asked over HTTP. */
  urls: string[];
  /** Most orders that each is asked for. */
  sample?: number;
}

/** A few of each kind say enough. */
const perKind = 5;

class Damages {
  readonly #counts = new Map<string, number>();
  readonly #examples: string[] = [];

  add(kind: string, example: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= perKind) this.#examples.push(`${kind}: ${example}`);
  }

  list(): string[] {
    return this.#counts.size === 0
      ? []
      : [[...this.#counts].map(([kind, count]) => `${count} × ${kind}`).join(', '), ...this.#examples];
  }
}

/** All that is lost, doubled, stale, inexact or in between; empty when nothing is. */
export async function audit(ledger: Ledger, options: AuditOptions): Promise<string[]> {
  const damages = new Damages();
  const client = new pg.Client(options.databaseUrl);
  await client.connect();
  try {
    await auditOrders(ledger, client, damages);
    await auditItems(ledger, client, damages);
    await auditDeadLetters(ledger, client, damages);
  } finally {
    await client.end();
  }
  for (const url of options.urls) await auditHttp(ledger, url, options.sample ?? 500, damages);
  return damages.list();
}

async function auditOrders(ledger: Ledger, client: pg.Client, damages: Damages): Promise<void> {
  const seen = new Set<string>();
  await pages(client, 'orders', 'order_uid', async (row) => {
    const orderUid = row['order_uid'] as string;
    if (seen.has(orderUid)) damages.add('order doubled', orderUid);
    seen.add(orderUid);
    const document = ledger.orders.get(orderUid);
    if (document === undefined) return damages.add('order from nowhere', orderUid);
    if (row['document'] !== document) return damages.add('order stale or changed', orderUid);
    for (const [column, value] of Object.entries(columnsOf(JSON.parse(document) as Order))) {
      if (row[column] !== value)
        damages.add('column inexact', `${orderUid} ${column}: ${String(row[column])}`);
    }
  });
  for (const orderUid of ledger.orders.keys()) {
    if (!seen.has(orderUid)) damages.add('order lost', orderUid);
  }
}

async function auditItems(ledger: Ledger, client: pg.Client, damages: Damages): Promise<void> {
  const items = new Map<string, Record<string, unknown>[]>();
  await pages(client, 'order_items', 'order_uid, position', async (row) => {
    const orderUid = row['order_uid'] as string;
    const list = items.get(orderUid) ?? [];
    list.push(row);
    items.set(orderUid, list);
  });
  for (const [orderUid, document] of ledger.orders) {
    const expected = (JSON.parse(document) as Order).items.map((item, position) => ({
      order_uid: orderUid,
      position,
      ...columns(item, Item.properties, ''),
    }));
    const found = items.get(orderUid) ?? [];
    items.delete(orderUid);
    const same =
      found.length === expected.length &&
      expected.every((item, n) =>
        Object.entries(item).every(([column, value]) => found[n]![column] === value),
      );
    if (!same) damages.add('items inexact', `${orderUid}: ${found.length} of ${expected.length}`);
  }
  for (const orderUid of items.keys()) damages.add('items from nowhere', orderUid);
}

async function auditDeadLetters(ledger: Ledger, client: pg.Client, damages: Damages): Promise<void> {
  const place = (partition: number, offset: bigint | string) => `${partition}/${String(offset)}`;
  const text = (value: Buffer | null) => value?.toString('base64') ?? 'null';
  const owed = new Map(
    ledger.bad.map(({ partition, offset, value }) => [place(partition, offset), text(value)]),
  );
  const doubtful = new Set(ledger.doubtful.map(text));
  const seen = new Set<string>();
  await pages(client, 'dead_letters', 'id', async (row) => {
    const at = place(row['partition'] as number, row['offset'] as string);
    const value = text(row['value'] as Buffer | null);
    if (seen.has(at)) return damages.add('dead letter doubled', at);
    seen.add(at);
    const expected = owed.get(at);
    if (expected === undefined ? !doubtful.has(value) : expected !== value) {
      damages.add('dead letter from nowhere or changed', at);
    }
    if (!/\w{3}/.test(row['reason'] as string)) damages.add('dead letter without a reason', at);
  });
  for (const at of owed.keys()) if (!seen.has(at)) damages.add('bad record lost', at);
}

async function auditHttp(ledger: Ledger, url: string, sample: number, damages: Damages): Promise<void> {
  const step = Math.max(1, Math.floor(ledger.orders.size / sample));
  let index = 0;
  for (const [orderUid, document] of ledger.orders) {
    if (index++ % step !== 0) continue;
    const response = await fetch(`${url}/order/order?order_uid=${orderUid}`);
    const body = await response.text();
    if (response.status !== 200 || body !== document) {
      damages.add('HTTP lost or stale', `${orderUid}: ${response.status}`);
    }
  }
}

/** Every row of a table; numbers of 64 bits come as text. */
async function pages(
  client: pg.Client,
  table: string,
  order: string,
  each: (row: Record<string, unknown>) => Promise<void> | void,
): Promise<void> {
  const created = table === 'orders' ? ', extract(epoch FROM date_created)::text AS created' : '';
  await client.query('BEGIN');
  await client.query(`DECLARE every NO SCROLL CURSOR FOR SELECT *${created} FROM ${table} ORDER BY ${order}`);
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>('FETCH 5000 FROM every');
    if (rows.length === 0) break;
    for (const row of rows) await each(row);
  }
  await client.query('COMMIT');
}

/** The columns by the model's own names, written here anew: how the service writes them is what is tested. */
function columnsOf(order: Order): Record<string, unknown> {
  return {
    ...columns(order, Order.properties, ''),
    ...columns(order.delivery, Delivery.properties, 'delivery_'),
    ...columns(order.payment, Payment.properties, 'payment_'),
    created: (Date.parse(order.date_created) / 1_000).toFixed(6),
  };
}

const otherwise = new Set(['delivery', 'payment', 'items', 'date_created']);

function columns(from: object, fields: object, prefix: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(fields)
      .filter((name) => !otherwise.has(name))
      .map((name) => {
        const value = (from as Record<string, unknown>)[name];
        const column = name.startsWith(prefix) ? name : `${prefix}${name}`;
        return [column, typeof value === 'number' ? String(value) : value];
      }),
  );
}
