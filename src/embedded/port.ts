import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { EmbeddedError, errorCode } from './embedded-error.ts';

/** Only this machine: the embedded servers never listen further. */
export const loopback = '127.0.0.1';

/** The kernel closes the sockets of a killed process a moment after the process has gone. */
const graceMs = 1000;

/**
 * Resolves to a TCP port of 127.0.0.1 that nothing listens on: `port` itself, or any free one when it is 0.
 * Throws an EmbeddedError that names `setting` when `port` stays in use for a second or is not allowed.
 */
export async function claimPort(port: number, setting: string): Promise<number> {
  const deadline = Date.now() + graceMs;
  for (;;) {
    try {
      return await tryToListen(port);
    } catch (cause) {
      const code = errorCode(cause);
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
      if (code === 'EACCES' || Date.now() > deadline) {
        const why = code === 'EACCES' ? 'is not allowed for this user' : 'is in use by another program';
        throw new EmbeddedError(
          `Port ${port} ${why}: set ${setting} to another one (0 takes any free port).`,
          {
            cause,
          },
        );
      }
      await sleep(50);
    }
  }
}

function tryToListen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, loopback, () => {
      const address = server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(actual));
    });
  });
}
