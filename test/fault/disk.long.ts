/** PostgreSQL's disk is full. It needs a small tmpfs, which only root can mount: skipped, and said so, elsewhere. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/wait.ts';
import { readyz } from './readers.ts';
import { startFaultyPostgres } from './servers.ts';
import { load, openStage } from './stage.ts';

async function mountSmallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'order-service-fault-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}

const disk = await mountSmallDisk();

test(
  'I5: the disk is full: it pauses, tells, resumes when there is room; no dead letter comes of it',
  { skip: disk === undefined && 'a tmpfs cannot be mounted here' },
  async () => {
    const folder = disk!;
    const postgres = await startFaultyPostgres(join(folder, 'postgres'));
    const stage = await openStage({ databaseUrl: postgres.url });
    const ballast = join(folder, 'ballast');
    try {
      const service = await stage.serve({ env: { BATCH_MAX_RECORDS: '200' } });
      await stage.ledger.send(load(50, 1_000));
      await stage.settled();
      const free = Number(execFileSync('df', ['--output=avail', '-B1', folder]).toString().split('\n')[1]);
      await writeFile(ballast, Buffer.alloc(free - 512 * 1024));
      const sending = stage.ledger.send(load(50, 10_000, 100, 1_000));
      await until('the log names disk_full', () => service.log().includes('"53100"'), 120_000);
      await sending;
      assert.equal((await fetch(`${service.url}/livez`)).status, 200);
      await rm(ballast);
      // A full disk of the write-ahead log ends the server: whoever runs it starts it again.
      await postgres.stop();
      await postgres.start();
      await until('ready', async () => (await readyz(service.url)).ready, 60_000);
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await stage.close();
      await postgres.remove().catch(() => {}); // the folder itself is a mount
      execFileSync('umount', [folder]);
      await rm(folder, { recursive: true });
    }
  },
);
