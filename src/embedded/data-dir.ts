/**
 * One service per data folder. The lock is an open SQLite transaction, because that is the one file lock
 * Node has that the kernel itself drops when the process dies, `kill -9` included: there is no stale lock
 * to detect, no process id to be reused, and of two starts at the same moment exactly one wins.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { EmbeddedError } from './embedded-error.ts';

const sqliteBusy = 5;

/** An unreachable connection would be collected as garbage, and its lock with it. */
const held = new Set<DatabaseSync>();

export interface DataDirLock {
  /** Lets another process have the folder. Harmless when called again. */
  release(): Promise<void>;
}

/**
 * Takes `dataDir` for this process until `release()` or the end of the process, creating it where missing.
 * Throws an EmbeddedError when another live process, or this one, has it.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const dir = resolve(dataDir);
  await mkdir(dir, { recursive: true });
  const pidFile = join(dir, 'service.pid');
  const lock = new DatabaseSync(join(dir, 'service.lock'));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    const pid = await readFile(pidFile, 'utf8').catch(() => '');
    throw new EmbeddedError(
      `The data folder ${dir} is in use by another instance of the service` +
        `${pid === '' ? '' : ` (process ${pid})`}: stop that one, or set DATA_DIR to another folder.`,
    );
  }
  held.add(lock);
  // The process id is only for the sentence above: nothing decides by it.
  await writeFile(pidFile, String(process.pid));
  return {
    async release() {
      if (!held.delete(lock)) return;
      await rm(pidFile, { force: true });
      lock.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
