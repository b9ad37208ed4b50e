/** `dead-letters replay`: mends one, several, or all that match. */
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayOutcome } from '../core/dead-letter.ts';
import { maxCorrectionBytes, type Replay } from '../core/replay.ts';
import type { ReplayArguments } from './dead-letters-options.ts';
import { resultLine, summary } from './dead-letters-words.ts';
import type { Terminal } from './produce-tally.ts';
import { UsageError } from './usage.ts';

export interface DeadLettersOutput {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: Terminal;
}

const pageSize = 200;
const progressEveryMs = 200;

/** Of these an operator has nothing left to do. */
const settled = new Set<ReplayOutcome>(['replayed', 'superseded', 'already_replayed', 'already_superseded']);

/**
 * Replays and resolves with the exit code: 0 when nothing is left to do, 1 when something is, or when `signal` ended it
 * early (after the one under way). Rejects when the database does not answer, after the summary of what was done.
 */
export async function replayDeadLetters(
  replay: Replay,
  { ids, filter, file, dryRun, rate, json }: ReplayArguments & { json: boolean },
  { stdin, stdout, stderr }: DeadLettersOutput,
  signal: AbortSignal,
): Promise<number> {
  const value = file === undefined ? undefined : await readCorrection(file, stdin);
  const range = await replay.range();
  const total = ids.length > 0 ? ids.length : await replay.count(filter, range);
  const outcomes = new Map<ReplayOutcome, number>();
  const startedAt = performance.now();
  let done = 0;
  let shownAt = 0;

  async function* next() {
    if (ids.length > 0) return yield* ids;
    for (let { after } = range; ;) {
      const page = await replay.next(filter, { ...range, after }, pageSize);
      if (page.length === 0) return;
      yield* page;
      after = page.at(-1)!;
    }
  }

  try {
    for await (const id of next()) {
      if (rate !== undefined) {
        const waitMs = startedAt + (done / rate) * 1_000 - performance.now();
        // The check below ends the loop.
        await sleep(Math.max(waitMs, 0), undefined, { signal }).catch(() => {});
      }
      if (signal.aborted) break;
      const result = await replay.one(id, { dryRun, value });
      outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
      done++;
      if (stderr.isTTY) stderr.write('\r\x1b[K');
      stdout.write(`${json ? JSON.stringify({ ...result, dry_run: dryRun }) : resultLine(result)}\n`);
      if (stderr.isTTY && performance.now() - shownAt > progressEveryMs) {
        shownAt = performance.now();
        stderr.write(`${done} of ${total} ...`);
      }
    }
  } finally {
    if (stderr.isTTY) stderr.write('\r\x1b[K');
    // Standard output is for the results alone when a program reads it.
    (json ? stderr : stdout).write(`${summary(outcomes, dryRun)}\n`);
    if (done < total && ids.length === 0) {
      stderr.write('It did not get to the end. The same again goes on: what is done stays done.\n');
    }
  }
  if (signal.aborted) return 1;
  return [...outcomes.keys()].every((outcome) => settled.has(outcome)) ? 0 : 1;
}

async function readCorrection(file: string, stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream = file === '-' ? stdin : (await open(file)).createReadStream();
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxCorrectionBytes) break;
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    throw new UsageError(`--file ${file} cannot be read: ${(error as Error).message}`);
  }
  if (bytes > maxCorrectionBytes)
    throw new UsageError(
      `--file ${file} is over ${maxCorrectionBytes / 1024 / 1024} MiB: no record is so large`,
    );
  return Buffer.concat(chunks);
}
