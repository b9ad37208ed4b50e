import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { lockDataDir } from '../../src/embedded/data-dir.ts';
import { EmbeddedError } from '../../src/embedded/embedded-error.ts';
import { killNow, startParent, temporaryFolder } from './processes.ts';

test('a data folder in use is refused with a sentence that names DATA_DIR and the process', async (t) => {
  const folder = join(await temporaryFolder(), 'made', 'by-the-lock');
  const lock = await lockDataDir(folder);
  await assert.rejects(lockDataDir(folder), EmbeddedError);
  const { child, line } = await startParent('lock', folder);
  t.after(() => killNow(child));
  assert.match(line, new RegExp(`in use by another instance of the service \\(process ${process.pid}\\)`));
  assert.match(line, /DATA_DIR/);
  await lock.release();
  await lock.release();
  const again = await lockDataDir(folder);
  await again.release();
});

test('of several starts at the same time exactly one wins', async (t) => {
  const folder = await temporaryFolder();
  const parents = await Promise.all(Array.from({ length: 4 }, () => startParent('lock', folder)));
  t.after(() => Promise.all(parents.map(({ child }) => killNow(child))));
  const lines = parents.map(({ line }) => line);
  assert.equal(lines.filter((line) => line === 'locked').length, 1, lines.join('\n'));
  assert.equal(lines.filter((line) => line.includes('DATA_DIR')).length, 3, lines.join('\n'));
});

test('a kill -9 of the service frees its data folder', async () => {
  const folder = await temporaryFolder();
  const { child, line } = await startParent('lock', folder);
  assert.equal(line, 'locked');
  await killNow(child);
  // The dead process's id is still in the file, and nobody is misled by it.
  assert.equal(await readFile(join(folder, 'service.pid'), 'utf8'), String(child.pid));
  const lock = await lockDataDir(folder);
  await lock.release();
});
