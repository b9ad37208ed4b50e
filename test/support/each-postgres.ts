/** Suites that hold on each PostgreSQL there is here: the embedded one, and the oldest that is supported. */
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { createStore, type TestStore } from './store.ts';

const [olderServer] = globSync('/usr/lib/postgresql/15/bin');

/** Runs `suite` on each; what it is given makes a store on an empty database, once. */
export function onEachPostgres(suite: (create: () => Promise<TestStore>) => void): void {
  describe('PostgreSQL 18, embedded', () => suite(() => createStore()));

  describe('PostgreSQL 15 of the machine', { skip: olderServer ? false : 'this machine has none' }, () => {
    let server: EmbeddedPostgres;
    let dataDir: string;
    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'order-service-postgres-15-'));
      const options = { dataDir, port: 0, bin: olderServer, restart: false, onProgress: () => {} };
      server = await startPostgres(options);
    });
    after(async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    suite(() => createStore(server.url));
  });
}
