/** How fast orders are read: from memory, from the database, and beside a bare server. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const run = promisify(execFile);

export interface Load {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Asks for `url`, or for random ids of `orderUids` behind it, with `wrk`, for `seconds`. */
export async function load(
  url: string,
  options: { connections: number; seconds: number; orderUids?: string[] },
): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'order-service-wrk-'));
  try {
    const script: string[] = [];
    if (options.orderUids) {
      const file = join(folder, 'ids.lua');
      const { pathname } = new URL(url);
      await writeFile(
        file,
        `local ids = { ${options.orderUids.map((uid) => `"${uid}"`).join(', ')} }
         math.randomseed(1)
         request = function() return wrk.format("GET", "${pathname}" .. ids[math.random(#ids)]) end`,
      );
      script.push('-s', file);
    }
    const { stdout } = await run('wrk', [
      `-t1`,
      `-c${options.connections}`,
      `-d${options.seconds}s`,
      '--latency',
      ...script,
      url,
    ]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk met errors:\n${stdout}`);
    return {
      perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]),
      p50Ms: milliseconds(/^ +50% +(\S+)/m.exec(stdout)![1]!),
      p99Ms: milliseconds(/^ +99% +(\S+)/m.exec(stdout)![1]!),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function milliseconds(text: string): number {
  const value = Number.parseFloat(text);
  return text.endsWith('us') ? value / 1_000 : text.endsWith('ms') ? value : value * 1_000;
}

export interface Bare {
  url: string;
  stop(): Promise<void>;
}

/** Headers that `node:http` sends by itself. */
const ownHeaders = new Set(['connection', 'date', 'keep-alive']);

/** A bare `node:http` server, in a thread of its own, that sends to whoever asks the bytes that `url` answers with. */
export async function startBare(url: string): Promise<Bare> {
  const answer = await fetch(url);
  const workerData = {
    head: Object.fromEntries([...answer.headers].filter(([name]) => !ownHeaders.has(name))),
    bytes: await answer.bytes(),
  };
  const source = `
    const { createServer } = require('node:http');
    const { parentPort, workerData } = require('node:worker_threads');
    const { head, bytes } = workerData;
    const body = Buffer.from(bytes);
    const server = createServer((request, response) => { response.writeHead(200, head); response.end(body); });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(source, { eval: true, workerData });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      await worker.terminate();
    },
  };
}
