/** A service in miniature that a test kills: `node parent.ts kafka|postgres|lock <folder>` says what it holds. */
import { lockDataDir } from '../../src/embedded/data-dir.ts';
import { startKafka } from '../../src/embedded/kafka.ts';
import { startPostgres } from '../../src/embedded/postgres.ts';

const [what, dataDir = ''] = process.argv.slice(2);
const options = { dataDir, port: 0, onProgress: () => {} };
try {
  if (what === 'lock') {
    await lockDataDir(dataDir);
    process.stdout.write('locked\n');
  } else {
    const server = await (what === 'kafka' ? startKafka : startPostgres)(options);
    process.stdout.write(`${server.pid}\n`);
  }
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
}
