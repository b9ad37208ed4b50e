/** Processes of the tests: parents to kill, and a look at whether something lives. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { commandLines } from '../../src/embedded/processes.ts';

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of the test's own. It goes last of all: the servers in it are stopped by hooks that run before. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  folders.push(folder);
  return folder;
}

/** Runs parent.ts and resolves with the first line it prints. */
export async function startParent(
  what: string,
  folder: string,
): Promise<{ child: ChildProcess; line: string }> {
  const script = join(import.meta.dirname, 'parent.ts');
  const child = spawn(process.execPath, [script, what, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const { value: line = 'ended before it said anything' } = await lines[Symbol.asyncIterator]().next();
  return { child, line };
}

export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** False for a zombie too: it runs no more. */
export async function isRunning(pid: number): Promise<boolean> {
  return ((await commandLines()).get(pid) ?? '') !== '';
}

/** Resolves when `condition` holds; throws after 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`Not so within 10 s: ${condition.toString()}`);
  }
}

/** All processes whose command line names the folder. */
export async function processesIn(folder: string): Promise<number[]> {
  return [...(await commandLines())].filter(([, command]) => command.includes(folder)).map(([pid]) => pid);
}
