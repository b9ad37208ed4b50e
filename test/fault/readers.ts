/** Readers who ask all the time, whatever happens, and note what they were answered. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

export interface Answers {
  /** How often each status came, by what was asked. */
  cached: Map<number, number>;
  uncached: Map<number, number>;
  livez: Map<number, number>;
  /** Anything that must never be: a 404, a 503 without Retry-After, no answer. */
  wrong: string[];
  /** Resident memory in bytes, as the service tells it. */
  memory: number[];
}

export interface Readers {
  /** Ids of orders that are in memory. */
  cached: string[];
  /** Ids of orders that are stored and not in memory. */
  uncached: string[];
  answers: Answers;
  /** Resolves when they have stopped. */
  stop(): Promise<Answers>;
}

/** Starts to ask. */
export function startReaders(url: string): Readers {
  const answers: Answers = {
    cached: new Map(),
    uncached: new Map(),
    livez: new Map(),
    wrong: [],
    memory: [],
  };
  const stopping = new AbortController();
  const readers: Readers = {
    cached: [],
    uncached: [],
    answers,
    async stop() {
      stopping.abort();
      await all;
      return answers;
    },
  };
  const ask = async (path: string, counts: Map<number, number>, mayFail: boolean) => {
    const status = await fetch(`${url}${path}`).then(
      async (response) => {
        await response.arrayBuffer();
        const sayingWhen = response.status !== 503 || response.headers.has('retry-after');
        const right = response.status === 200 || (mayFail && response.status === 503 && sayingWhen);
        if (!right) answers.wrong.push(`${path}: ${response.status}`);
        return response.status;
      },
      (error: unknown) => {
        answers.wrong.push(`${path}: ${String(error)}`);
        return 0;
      },
    );
    counts.set(status, (counts.get(status) ?? 0) + 1);
  };
  const each = async (work: (round: number) => Promise<void>, pauseMs: number) => {
    for (let round = 0; !stopping.signal.aborted; round++) {
      await work(round);
      await delay(pauseMs);
    }
  };
  const askFor = async (
    list: string[],
    round: number,
    ...how: [counts: Map<number, number>, mayFail: boolean]
  ) => {
    if (list.length > 0) await ask(`/order/order?order_uid=${list[round % list.length]}`, ...how);
  };
  const all = Promise.all([
    each((round) => askFor(readers.cached, round, answers.cached, false), 10),
    each((round) => askFor(readers.uncached, round, answers.uncached, true), 10),
    each(() => ask('/livez', answers.livez, false), 100),
    each(async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      answers.memory.push(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]));
    }, 500),
  ]);
  return readers;
}

/** That memory is at last about what it was at first. */
export function assertFlat({ memory }: Answers, t: { diagnostic(message: string): void }): void {
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  const early = Math.max(...memory.slice(0, Math.ceil(memory.length / 4)));
  const late = Math.max(...memory.slice(-5));
  t.diagnostic(`resident memory: ${mib(early)} MiB at first, ${mib(late)} MiB at last`);
  assert.ok(late < early * 1.5 + 50 * 2 ** 20, `${mib(early)} MiB became ${mib(late)} MiB`);
}

/** What `/readyz` says: whether it is ready, and its words for the part. */
export async function readyz(url: string): Promise<{ ready: boolean; parts: Record<string, string> }> {
  const response = await fetch(`${url}/readyz`);
  const { parts } = (await response.json()) as { parts: Record<string, string> };
  return { ready: response.status === 200, parts };
}
