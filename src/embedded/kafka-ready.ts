import { connect } from 'node:net';

import { loopback } from './port.ts';

const timeoutMs = 1000;

/** An ApiVersions request, version 0: length, api key 18, version, correlation id 1, no client id. */
const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/**
 * Whether a broker answers requests on this port. A connection would not prove it: the kernel accepts one while
 * the broker behind it is still starting. Never rejects; gives up after a second.
 */
export function answersApiVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: loopback, timeout: timeoutMs });
    let answer = Buffer.alloc(0);
    const finish = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      // Length, the correlation id of the request, the error code 0.
      if (answer.length >= 10) finish(answer.readInt32BE(4) === 1 && answer.readInt16BE(8) === 0);
    });
    socket.on('timeout', () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => resolve(false));
  });
}
