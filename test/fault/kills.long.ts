/** The long haul: 100,000 orders, seven kill -9 of the service, one of the broker, 25 s without PostgreSQL. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/core/generate.ts';
import { until } from '../support/wait.ts';
import { seed } from './scale.ts';
import { startFaultyKafka, startFaultyPostgres } from './servers.ts';
import { load, openStage } from './stage.ts';

const orders = 100_000;
const kills = 7;

test(`${orders} orders over ${kills} kill -9 of the service, a broker crash and 25 s without PostgreSQL (seed ${seed})`, async (t) => {
  const kafka = await startFaultyKafka();
  const postgres = await startFaultyPostgres();
  const stage = await openStage({ brokers: [kafka.address], databaseUrl: postgres.url, partitions: 6 });
  const random = createRandom(seed, 0);
  try {
    const env = { BATCH_MAX_RECORDS: '500' };
    let service = await stage.serve({ env });
    const stored = async () =>
      Number((await stage.sql<{ n: string }>('SELECT count(*) AS n FROM orders'))[0]!.n);
    const sending = stage.ledger.send(load(seed, orders));
    for (let kill = 1; kill <= kills; kill++) {
      // At a place of its own: somewhere in the eighth of the load that is this kill's.
      const at = (kill - 1) * (orders / 8) + random.integer(0, orders / 10);
      await until(`${at} are stored`, async () => (await stored()) >= at, 300_000);
      await service.kill();
      t.diagnostic(`killed at ${await stored()} stored`);
      if (kill === 4) {
        await kafka.kill();
        await kafka.start();
      }
      service = await stage.serve({ env });
    }
    await postgres.kill();
    await delay(25_000);
    await postgres.start();
    const start = performance.now();
    await sending;
    await stage.settled();
    t.diagnostic(
      `all applied and committed ${Math.round(performance.now() - start)} ms after PostgreSQL was back`,
    );
    assert.deepEqual(await stage.damages(service), []);
    // What was stored without care shows only when it comes from the database.
    assert.equal(await service.stop(), 0);
    service = await stage.serve({ env });
    assert.deepEqual(await stage.damages(service), []);
  } finally {
    await stage.close();
    await Promise.all([kafka.remove(), postgres.remove()]);
  }
});
