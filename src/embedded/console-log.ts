/** What a server writes to stdout and stderr, kept in its data folder and quoted when it does not start. */
import { closeSync, openSync, statSync } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const maxBytes = 5 * 1024 * 1024;
const tailBytes = 2000;

export interface ConsoleLog {
  readonly path: string;
  /** For `spawn`; close it after. */
  readonly fd: number;
  close(): void;
  /** What was written since the log was opened, at most the last 2000 bytes. */
  tail(): Promise<string>;
}

/** Opens the file for appending; beyond 5 MB the old one becomes `<path>.1` first. */
export async function openConsoleLog(path: string): Promise<ConsoleLog> {
  await mkdir(dirname(path), { recursive: true });
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size > maxBytes) await rename(path, `${path}.1`);
  const fd = openSync(path, 'a', 0o600);
  const start = statSync(path).size;
  return { path, fd, close: () => closeSync(fd), tail: () => readTail(path, start) };
}

async function readTail(path: string, start: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const position = Math.max(start, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - position), position });
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
