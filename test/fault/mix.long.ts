/**
 * Faults at random, one after the other, for MINUTES (5): `SEED=… make test-faults` runs the same ones in the same
 * order. Every minute all is healed and compared.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/core/generate.ts';
import type { RunningService } from '../support/service.ts';
import { until } from '../support/wait.ts';
import { startProxy, throughProxy } from './proxy.ts';
import { readyz } from './readers.ts';
import { seed } from './scale.ts';
import { startFaultyKafka, startFaultyPostgres } from './servers.ts';
import { load, newerVersion, openStage } from './stage.ts';

const minutes = Number(process.env['MINUTES'] ?? 5);

test(`faults at random for ${minutes} minutes (SEED=${seed})`, async (t) => {
  const kafka = await startFaultyKafka();
  const postgres = await startFaultyPostgres();
  const toKafka = await startProxy(kafka.address);
  const toPostgres = await startProxy(new URL(postgres.url).host);
  const stage = await openStage({ brokers: [kafka.address], databaseUrl: postgres.url });
  const random = createRandom(seed, 0);
  const settings = {
    brokers: [`127.0.0.1:${toKafka.port}`],
    databaseUrl: throughProxy(postgres.url, toPostgres),
    env: { BATCH_MAX_RECORDS: '100' },
  };
  let service: RunningService = await stage.serve(settings);

  const faults: Record<string, () => Promise<unknown>> = {
    'kill -9 of the service': async () => {
      await service.kill();
      service = await stage.serve(settings);
    },
    'SIGTERM of the service': async () => {
      await service.stop();
      service = await stage.serve(settings);
    },
    'the service stands still': async () => {
      process.kill(service.pid, 'SIGSTOP');
      await delay(random.integer(100, 12_000));
      process.kill(service.pid, 'SIGCONT');
    },
    'a second instance comes and is killed': async () => (await stage.serve(settings)).kill(),
    'kill -9 of the broker': async () => {
      await kafka.kill();
      await kafka.start();
    },
    'the broker is stopped': async () => {
      await kafka.stop();
      await kafka.start();
    },
    'PostgreSQL is stopped at once': async () => {
      await postgres.kill();
      await delay(random.integer(0, 5_000));
      await postgres.start();
    },
    'PostgreSQL hangs': async () => {
      await postgres.hang();
      await delay(random.integer(100, 8_000));
      await postgres.wake();
    },
    'backends are terminated': () =>
      stage.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-service'`,
      ),
    'a reply to COMMIT is lost': async () => {
      toPostgres.onRequest = (bytes) => (bytes.includes('COMMIT\0') ? { loseAnswer: 'COMMIT\0' } : 'pass');
      await delay(random.integer(50, 500));
      toPostgres.onRequest = undefined;
    },
  };
  for (const [name, proxy] of Object.entries({ Kafka: toKafka, PostgreSQL: toPostgres })) {
    faults[`connections to ${name} are reset`] = async () => proxy.reset();
    faults[`all between it and ${name} vanishes`] = async () => {
      proxy.flow = random.pick(['swallow', 'swallow-answers'] as const);
      await delay(random.integer(100, 8_000));
      proxy.flow = 'pass';
      proxy.reset();
    };
  }

  try {
    const names = Object.keys(faults);
    for (let minute = 0, next = 0; minute < minutes; minute++) {
      const end = performance.now() + 60_000;
      const producing = (async () => {
        while (performance.now() < end) {
          const records = load(seed, 200, 50, next);
          next += 200;
          await stage.ledger.send([...records, ...newerVersion(records.slice(0, 20), minute)]);
          await delay(250);
        }
      })();
      while (performance.now() < end) {
        await delay(random.integer(0, 1_000));
        const name = random.pick(names);
        t.diagnostic(`minute ${minute + 1}: ${name}`);
        await faults[name]!();
      }
      await producing;
      await until('ready', async () => (await readyz(service.url)).ready, 60_000);
      await stage.settled();
      assert.deepEqual(await stage.damages(service), [], `SEED=${seed}, minute ${minute + 1}`);
      t.diagnostic(`minute ${minute + 1}: ${stage.ledger.acknowledged} records, no damage`);
    }
  } finally {
    await stage.close();
    await Promise.all([toKafka.close(), toPostgres.close()]);
    await Promise.all([kafka.remove(), postgres.remove()]);
  }
});
