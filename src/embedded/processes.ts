/**
 * Finding and ending processes of an earlier run. A process id alone proves nothing, because the system
 * reuses it: a process is ended only when its command line says that it works in our data folder.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { errorCode } from './embedded-error.ts';

const run = promisify(execFile);
const pollMs = 20;

/**
 * The command lines of all processes, by process id. A zombie's is empty or absent.
 * Linux is read from /proc, since slim images have no `ps`.
 */
export async function commandLines(): Promise<Map<number, string>> {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

async function fromProc(): Promise<Map<number, string>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    pids.map(async (pid): Promise<[number, string]> => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [Number(pid), command.replaceAll('\0', ' ')];
    }),
  );
  return new Map(entries);
}

async function fromPs(): Promise<Map<number, string>> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,command='], { maxBuffer: 64 * 1024 * 1024 });
  const lines = stdout.matchAll(/^\s*(\d+)\s+(.*)$/gm);
  return new Map(Array.from(lines, ([, pid = '', command = '']) => [Number(pid), command]));
}

/** Sends `signal`; false when there is no such process any more. Throws when it is not ours to signal. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Ends `pid` by `signals` in turn, giving 5 s after the first and 2 s after each later one.
 * Resolves when `isGone` says so; throws when even the last signal did not help.
 */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  isGone: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const [index, signal] of signals.entries()) {
    if (await isGone()) return;
    signalProcess(pid, signal);
    const deadline = Date.now() + (index === 0 ? 5000 : 2000);
    while (Date.now() < deadline) {
      if (await isGone()) return;
      await sleep(pollMs);
    }
  }
  throw new Error(`Process ${pid} did not end, not even by ${signals.at(-1)}.`);
}
