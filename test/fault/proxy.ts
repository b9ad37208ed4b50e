/**
 * A TCP proxy of the tests, between the service and a server. What it does to the bytes can be changed at any time.
 *
 * Kafka tells its clients where it listens, so its answers are rewritten: its own address there becomes the
 * proxy's, in as many bytes.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What becomes of bytes: `pass`, or `swallow` them silently as a broken cable does, in one direction or both.
 */
export type Flow = 'pass' | 'swallow' | 'swallow-answers';

export interface Proxy {
  port: number;
  /** How many there are. */
  readonly connections: number;
  flow: Flow;
  /** Each piece waits so long before it goes on. */
  delayMs: number;
  /**
   * Told of what clients send. Bytes go on in its place; of answers to be lost all are swallowed up to one that holds
   * the text, and then the connection is cut: what was asked has taken effect.
   */
  onRequest: ((bytes: Buffer) => 'pass' | Buffer | { loseAnswer: string }) | undefined;
  /** Ends all connections in order (FIN). */
  cut(): void;
  /** Ends all connections at once (RST). */
  reset(): void;
  close(): Promise<void>;
}

/** Stands before `target` (`127.0.0.1:<port>`). */
export async function startProxy(target: string): Promise<Proxy> {
  const targetPort = Number(target.split(':')[1]);
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const listener = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port: targetPort });
    const pair = { client, server };
    pairs.add(pair);
    let losing: string | undefined;
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    void pump(client, server, (bytes) => {
      if (proxy.flow === 'swallow') return undefined;
      const fate = proxy.onRequest?.(bytes) ?? 'pass';
      if (Buffer.isBuffer(fate)) return fate;
      if (fate !== 'pass') losing = fate.loseAnswer;
      return bytes;
    });
    void pump(server, client, (bytes) => {
      if (losing !== undefined) {
        if (bytes.includes(losing)) end();
        return undefined;
      }
      return proxy.flow === 'pass' ? withAddress(bytes, targetPort, proxy.port) : undefined;
    });
  });
  const pump = async (from: Socket, to: Socket, through: (bytes: Buffer) => Buffer | undefined) => {
    try {
      for await (const piece of from) {
        if (proxy.delayMs > 0) await delay(proxy.delayMs);
        const bytes = through(piece as Buffer);
        if (bytes && !to.destroyed && !to.write(bytes)) await once(to, 'drain');
      }
      to.end();
    } catch {
      // One of the two is gone; `close` has ended the other.
    }
  };
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const proxy: Proxy = {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    flow: 'pass',
    delayMs: 0,
    onRequest: undefined,
    cut: () => pairs.forEach(({ client, server }) => (client.end(), server.end())),
    reset: () => pairs.forEach(({ client, server }) => (client.resetAndDestroy(), server.resetAndDestroy())),
    async close() {
      listener.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
    },
  };
  return proxy;
}

/** The same bytes, with the address `127.0.0.1:<from>` as Kafka's protocol writes it changed to `127.0.0.1:<to>`. */
function withAddress(bytes: Buffer, from: number, to: number): Buffer {
  const address = Buffer.alloc(13);
  address.write('127.0.0.1');
  address.writeInt32BE(from, 9);
  for (let at = bytes.indexOf(address); at !== -1; at = bytes.indexOf(address, at + address.length)) {
    bytes.writeInt32BE(to, at + 9);
  }
  return bytes;
}

/** `url` with the port of the proxy. */
export function throughProxy(url: string, proxy: Proxy): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}
