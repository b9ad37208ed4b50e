import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { EmbeddedError } from './embedded-error.ts';

const run = promisify(execFile);

/**
 * Makes `<dir>/data` a formatted storage, once. It is formatted beside and renamed, so a start that was killed
 * leaves nothing half done. `java` are the arguments before the class, `properties` the broker's settings.
 * Throws an EmbeddedError, and touches nothing, when the folder is not formatted and yet holds partitions.
 */
export async function formatStorage(
  dir: string,
  java: string[],
  properties: string,
  clusterId = randomBytes(16).toString('base64url'),
): Promise<void> {
  const data = join(dir, 'data');
  if (await isFormatted(data)) return;
  const found: string[] = await readdir(data).catch(() => []);
  // The log of the metadata is written by formatting too, and worthless without meta.properties.
  const partition = found.find((name) => /-\d+$/.test(name) && !name.startsWith('__cluster_metadata-'));
  if (partition !== undefined) {
    throw new EmbeddedError(
      `Kafka's folder ${data} holds records (${partition}) but no readable meta.properties: ` +
        'restore that file, or move the folder away to start with an empty Kafka.',
    );
  }
  const fresh = await mkdtemp(join(dir, 'data.new-'));
  try {
    const config = join(fresh, 'format.properties');
    await writeFile(config, `${properties}\nlog.dirs=${fresh}\n`);
    // Joined by =, because one id in 64 begins with a dash.
    const id = `--cluster-id=${clusterId}`;
    await run('java', [...java, 'kafka.tools.StorageTool', 'format', '--config', config, id]);
    await rm(config);
    await rm(data, { recursive: true, force: true });
    await rename(fresh, data);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function isFormatted(data: string): Promise<boolean> {
  const properties = await readFile(join(data, 'meta.properties'), 'utf8').catch(() => '');
  return /^cluster\.id=/m.test(properties) && /^directory\.id=/m.test(properties);
}
