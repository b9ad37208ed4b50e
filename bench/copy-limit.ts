/**
 * The limit of ingest: `COPY` of the same rows, as they are stored, into copies of the same tables over two
 * connections. Nothing is decoded, checked or fenced, so nothing that stores these rows is faster.
 */
import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

const connections = 2;
/** The size of a transaction, as in the service. */
const rowsPerCopy = 2_000;

/** Orders per second. Rows are read before the clock starts. */
export async function measureCopy(databaseUrl: string): Promise<number> {
  const clients = Array.from({ length: connections }, () => new pg.Client(databaseUrl));
  await Promise.all(clients.map((client) => client.connect()));
  const [first] = clients;
  try {
    for (const table of ['orders', 'order_items']) {
      await first!.query(`DROP TABLE IF EXISTS ${table}_copy`);
      await first!.query(`CREATE TABLE ${table}_copy (LIKE ${table} INCLUDING ALL)`);
    }
    await first!.query('ALTER TABLE orders_copy SET (toast_tuple_target = 8160)');
    await first!.query(
      'CREATE TEMP TABLE slices AS SELECT order_uid, (row_number() OVER (ORDER BY received_at) - 1) / $1::int AS slice FROM orders'.replace(
        '$1',
        String(rowsPerCopy),
      ),
    );
    await first!.query('CREATE INDEX ON slices (slice)');
    const { rows } = await first!.query<{ orders: number; slices: number }>(
      'SELECT count(*)::int AS orders, (max(slice) + 1)::int AS slices FROM slices',
    );
    const { orders, slices } = rows[0]!;
    const chunks: [orders: Buffer, items: Buffer][] = [];
    for (let slice = 0; slice < slices; slice++) {
      chunks.push([await read(first!, 'orders', slice), await read(first!, 'order_items', slice)]);
    }
    await first!.query('CHECKPOINT');
    const start = performance.now();
    await Promise.all(
      clients.map(async (client, index) => {
        for (const [orderRows, itemRows] of chunks.filter((_, slice) => slice % connections === index)) {
          await client.query('BEGIN');
          await write(client, 'orders', orderRows);
          await write(client, 'order_items', itemRows);
          await client.query('COMMIT');
        }
      }),
    );
    return orders / ((performance.now() - start) / 1_000);
  } finally {
    await first!.query('DROP TABLE IF EXISTS orders_copy, order_items_copy');
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function read(client: pg.Client, table: string, slice: number): Promise<Buffer> {
  const stream = client.query(
    copyTo(
      `COPY (SELECT t.* FROM ${table} t JOIN slices USING (order_uid) WHERE slice = ${slice} ORDER BY t.order_uid)
       TO STDOUT (FORMAT binary)`,
    ),
  );
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await once(stream, 'end');
  return Buffer.concat(parts);
}

async function write(client: pg.Client, table: string, rows: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table}_copy FROM STDIN (FORMAT binary)`));
  stream.end(rows);
  await once(stream, 'finish');
}
