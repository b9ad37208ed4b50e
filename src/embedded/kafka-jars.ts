/** Java, and the jars of Kafka, which Maven copies once per checkout to `.kafka/<version>-<hash of the pom>/`. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { EmbeddedError, errorCode } from './embedded-error.ts';

const run = promisify(execFile);
const oldestJava = 17;
const pom = join(import.meta.dirname, 'kafka-pom.xml');
const totalMb = 43;
const progressEveryMb = 10;

/** Throws an EmbeddedError when there is no `java` on the PATH that can run Kafka. */
export async function requireJava(): Promise<void> {
  const mend =
    `Java ${oldestJava} or newer is needed for the embedded Kafka: install it ` +
    `(e.g. apt-get install openjdk-${oldestJava}-jre-headless), or set KAFKA_BROKERS to use your own`;
  let output: string;
  try {
    output = (await run('java', ['-version'])).stderr;
  } catch (cause) {
    throw new EmbeddedError(`${mend}.`, { cause });
  }
  // Before 9 the version of Java 8 was spelled 1.8.
  const major = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1]);
  if (major < oldestJava) throw new EmbeddedError(`${mend}; the java found is version ${major}.`);
}

/**
 * The folder with Kafka's jars, inside `cacheDir`; fetched when they are not there yet. It appears whole or
 * not at all, so two processes may do this at the same time. Throws an EmbeddedError when Maven is missing or fails.
 */
export async function kafkaJars(
  cacheDir: string,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const text = await readFile(pom, 'utf8');
  const version = /<kafka.version>(.+)<\/kafka.version>/.exec(text)?.[1] ?? 'unknown';
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const jars = join(cacheDir, `${version}-${hash}`);
  if (await exists(jars)) return jars;

  onProgress(`Fetching Kafka ${version} with Maven (${totalMb} MB, once)`);
  await mkdir(cacheDir, { recursive: true });
  const incoming = await mkdtemp(join(cacheDir, 'incoming-'));
  try {
    await copyDependencies(incoming, onProgress, signal);
    // Not only for the user who fetched them: a checkout may be shared.
    await chmod(incoming, 0o755);
    await rename(incoming, jars);
  } catch (error) {
    // Another process was faster: its copy is as good as ours.
    if (!(await exists(jars))) throw error;
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
  return jars;
}

async function copyDependencies(
  to: string,
  onProgress: (message: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${to}`];
  const child = spawn('mvn', ['--batch-mode', '--strict-checksums', '--file', pom, ...goal], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  let [fetchedMb, toldMb] = [0, 0];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('[ERROR]')) errors.push(line);
    fetchedMb += downloadedMb(line);
    if (fetchedMb < toldMb + progressEveryMb) return;
    toldMb = fetchedMb;
    onProgress(`Fetching Kafka: ${Math.round(fetchedMb)} MB so far`);
  });
  let code: number | null;
  try {
    code = await ended;
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw new EmbeddedError(
      'Maven is needed once, to fetch the embedded Kafka: install it (e.g. apt-get install maven), ' +
        'or set KAFKA_BROKERS to use your own.',
      { cause },
    );
  }
  if (code !== 0) throw new EmbeddedError(`Maven could not fetch Kafka:\n${errors.slice(0, 5).join('\n')}`);
}

/** Of a line of Maven such as `Downloaded from central: https://…/x.jar (1.2 MB at 3.4 MB/s)`. */
function downloadedMb(line: string): number {
  const [, amount, unit] = /Downloaded from .*\.jar \(([\d.]+) (kB|MB)/.exec(line) ?? [];
  return Number(amount ?? 0) / (unit === 'kB' ? 1000 : 1);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
