/**
 * PostgreSQL refuses to run as root. A service that is root (a container, CI) runs it as `nobody`, with one
 * capability: to pass folders that are closed to nobody, since a checkout may lie in root's home. It is the
 * weakest one that does: reading where the system allows it, else (in a Docker container) reading and writing.
 */
import { execFile } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { EmbeddedError } from './embedded-error.ts';
import type { Command } from './server-process.ts';

const run = promisify(execFile);
const readSearch = { name: 'dac_read_search', bit: 2n };
const override = { name: 'dac_override', bit: 1n };

export interface ServerUser {
  /** The command that runs `file` as this user. */
  command(file: string, args: string[]): Command;
  /** The narrowest mode of a folder of ours that this user has to pass through. */
  folderMode: number;
  /** Hands a file or folder over to this user. */
  own(path: string): Promise<void>;
}

/**
 * Who runs PostgreSQL: ourselves, or nobody when we are root. Throws an EmbeddedError when nobody could not
 * enter one of `paths`.
 */
export async function serverUser(paths: readonly string[]): Promise<ServerUser> {
  if (process.getuid?.() !== 0) {
    return { command: (file, args) => ({ file, args }), folderMode: 0o700, own: async () => {} };
  }
  const [uid, gid] = await Promise.all([idOfNobody('-u'), idOfNobody('-g')]);
  const own = (path: string) => chown(path, uid, gid);
  const capability = await passingCapability();
  if (capability === undefined) {
    await requireOpen(paths);
    return { command: (file, args) => ({ file, args, uid, gid }), folderMode: 0o711, own };
  }
  const only = `-all,+${capability}`;
  const setpriv = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    // Without it access(2), which PostgreSQL asks about its own binaries, disregards the capability.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
    '--',
  ];
  return {
    command: (file, args) => ({ file: 'setpriv', args: [...setpriv, file, ...args] }),
    folderMode: 0o700,
    own,
  };
}

async function idOfNobody(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'nobody'])).stdout);
}

/** Undefined where there is no setpriv of util-linux (on macOS, in Alpine) or root has neither capability. */
async function passingCapability(): Promise<string | undefined> {
  const hasSetpriv = await run('setpriv', ['--help']).then(
    ({ stdout }) => stdout.includes('--securebits'),
    () => false,
  );
  if (!hasSetpriv) return undefined;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return [readSearch, override].find(({ bit }) => (effective >> bit) & 1n)?.name;
}

/** Throws unless everyone may pass through all folders that lead to `paths`. */
async function requireOpen(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (let folder = path; ; folder = dirname(folder)) {
      if (((await stat(folder)).mode & 0o001) === 0) {
        throw new EmbeddedError(
          `PostgreSQL does not run as root, and user nobody may not enter ${folder}: install setpriv ` +
            '(util-linux), run the service as another user, or set DATABASE_URL to use your own PostgreSQL.',
        );
      }
      if (folder === dirname(folder)) break;
    }
  }
}
