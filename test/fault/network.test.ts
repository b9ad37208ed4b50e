/** The network between the service and its servers: cut, reset, silent, slow, and losing just the reply to a COMMIT. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, kafkaBrokers, type TestDatabase } from '../support/cluster.ts';
import type { RunningService } from '../support/service.ts';
import { until } from '../support/wait.ts';
import { handled } from './metrics.ts';
import { startProxy, throughProxy, type Proxy } from './proxy.ts';
import { readyz } from './readers.ts';
import { scale } from './scale.ts';
import { load, openStage, type Stage } from './stage.ts';

const recoveryMs = 10_000 + 5_000;

describe('the network', () => {
  let database: TestDatabase;
  let toPostgres: Proxy;
  let toKafka: Proxy;
  let stage: Stage;
  let service: RunningService;
  let next = 0;

  const send = (count = scale.orders) => stage.ledger.send(load(30, count, 100, (next += count) - count));

  before(async () => {
    database = await createDatabase();
    toPostgres = await startProxy(new URL(database.url).host);
    toKafka = await startProxy(kafkaBrokers[0]!);
    stage = await openStage({ databaseUrl: database.url });
    service = await stage.serve({
      brokers: [`127.0.0.1:${toKafka.port}`],
      databaseUrl: throughProxy(database.url, toPostgres),
      env: { BATCH_MAX_RECORDS: '50' },
    });
    await send(500);
    await stage.settled();
    assert.ok(toKafka.connections > 1, 'the service reaches Kafka only through the proxy');
  });

  after(async () => {
    await stage.close();
    await Promise.all([toPostgres.close(), toKafka.close()]);
    await database.drop();
  });

  const untilWhole = async (t: { diagnostic(message: string): void }) => {
    const start = performance.now();
    await until('/readyz says ready', async () => (await readyz(service.url)).ready, 60_000);
    const tookMs = performance.now() - start;
    t.diagnostic(`ready again after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < recoveryMs, `ready again after ${tookMs} ms`);
    await stage.settled();
    assert.deepEqual(await stage.damages(service), []);
    assert.ok((await handled(service.url)) >= stage.ledger.acknowledged, 'each record has an outcome');
  };

  test('the reply to a COMMIT is lost, ten times: what was stored is skipped, and shown', async (t) => {
    let lost = 0;
    toPostgres.onRequest = (bytes) =>
      bytes.includes('COMMIT\0') && lost < 10 && ++lost ? { loseAnswer: 'COMMIT\0' } : 'pass';
    await send();
    await stage.settled();
    assert.equal(lost, 10);
    toPostgres.onRequest = undefined;
    await untilWhole(t);
  });

  for (const [name, proxy] of [
    ['PostgreSQL', () => toPostgres],
    ['Kafka', () => toKafka],
  ] as const) {
    for (const how of ['cut', 'reset'] as const) {
      test(`connections to ${name} are ${how} again and again`, async (t) => {
        const sending = send();
        for (let round = 0; round < scale.cuts; round++) {
          await delay(150);
          proxy()[how]();
        }
        await sending;
        await untilWhole(t);
      });
    }

    for (const flow of ['swallow', 'swallow-answers'] as const) {
      const what = flow === 'swallow' ? 'all bytes' : 'all answers';
      test(`${what} between it and ${name} vanish for ${scale.silenceMs / 1_000} s`, async (t) => {
        const part = name === 'Kafka' ? 'kafka' : 'database';
        const sending = send();
        proxy().flow = flow;
        await until('/readyz tells it', async () => (await readyz(service.url)).parts[part] !== 'ok');
        await delay(scale.silenceMs);
        proxy().flow = 'pass';
        // What was swallowed is missing in the middle of these: a cable that heals sends it again.
        proxy().reset();
        await sending;
        await untilWhole(t);
      });
    }

    test(`each piece to and from ${name} takes 30 ms`, async (t) => {
      proxy().delayMs = 30;
      await send(200);
      await stage.settled();
      proxy().delayMs = 0;
      await untilWhole(t);
    });
  }
});
