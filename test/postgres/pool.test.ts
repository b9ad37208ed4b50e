import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createPool } from '../../src/postgres/pool.ts';
import { transaction } from '../../src/postgres/transaction.ts';

/** A message of PostgreSQL's protocol: its type, its length, its bytes. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

const authenticationOk = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const terminated = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));

test('I5: a connection that is terminated in the same packet in which it became ready is an error, not the end', async () => {
  // A real server does this once in some hundred terminations: here it does so each time.
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([authenticationOk, readyForQuery, terminated])));
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = createPool({
    url: `postgresql://nobody@127.0.0.1:${port}/nothing`,
    max: 1,
    timeoutMs: 5_000,
    onError: () => {},
  });
  await assert.rejects(transaction(pool, async () => {}));
  await pool.end();
  server.close();
});
