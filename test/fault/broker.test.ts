/** Kafka fails: the log keeps what it acknowledged, and the service comes back to it by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningService } from '../support/service.ts';
import { until } from '../support/wait.ts';
import { consumed, handled } from './metrics.ts';
import { assertFlat, readyz, startReaders, type Readers } from './readers.ts';
import { scale } from './scale.ts';
import { startFaultyKafka, type FaultyServer } from './servers.ts';
import { load, openStage, type Stage } from './stage.ts';

/** `/readyz` tells the truth within 5 s, ready again within 10 s: and what a busy machine may add. */
const truthMs = 5_000 + 2_000;
const recoveryMs = 10_000 + 5_000;

describe('Kafka', () => {
  let kafka: FaultyServer;
  let stage: Stage;
  let service: RunningService;
  let readers: Readers;
  let next = 0;

  const send = (count: number) => stage.ledger.send(load(20, count, 100, (next += count) - count));

  before(async () => {
    kafka = await startFaultyKafka();
    stage = await openStage({ brokers: [kafka.address] });
    service = await stage.serve({ env: { CACHE_CAPACITY: '1000', BATCH_MAX_RECORDS: '100' } });
    await send(2_000);
    await stage.settled();
    readers = startReaders(service.url);
    const uids = [...stage.ledger.orders.keys()];
    // The database is there: all are answered, from memory or not.
    readers.cached = [...uids.slice(0, 20), ...uids.slice(-20)];
  });

  after(async () => {
    await readers.stop();
    await stage.close();
    await kafka.remove();
  });

  const untilTold = async () => {
    const start = performance.now();
    await until('/readyz names Kafka', async () => (await readyz(service.url)).parts['kafka'] !== 'ok');
    const tookMs = performance.now() - start;
    assert.ok(tookMs < truthMs, `/readyz told it after ${tookMs} ms`);
  };

  const untilWhole = async (t: { diagnostic(message: string): void }) => {
    const start = performance.now();
    await until('/readyz says ready', async () => (await readyz(service.url)).ready, 60_000);
    const tookMs = performance.now() - start;
    t.diagnostic(`ready again ${Math.round(tookMs)} ms after the broker`);
    assert.ok(tookMs < recoveryMs, `ready again after ${tookMs} ms`);
    await stage.settled();
    assert.deepEqual(await stage.damages(service), []);
    assert.deepEqual(readers.answers.wrong.splice(0), []);
  };

  test('is stopped in order and started again', async (t) => {
    const sending = send(scale.orders);
    await delay(200);
    await kafka.stop();
    await untilTold();
    await kafka.start();
    await untilWhole(t);
    await sending;
  });

  test(`is killed (kill -9) ${scale.brokerKills} times under load`, async (t) => {
    const sending = send(scale.orders);
    for (let round = 0; round < scale.brokerKills; round++) {
      await delay(300);
      await kafka.kill();
      await untilTold();
      await kafka.start();
      await untilWhole(t);
    }
    await sending;
    await untilWhole(t);
  });

  test('is hung for 8 s', async (t) => {
    const sending = send(scale.orders);
    await kafka.hang();
    await delay(8_000);
    assert.notEqual((await readyz(service.url)).parts['kafka'], 'ok');
    await kafka.wake();
    await sending;
    await untilWhole(t);
  });

  test('and after all that each order and bad record has counted once, and memory is as it was', async (t) => {
    const { stored, updated, dead_letter } = await consumed(service.url);
    assert.deepEqual([stored, updated], [stage.ledger.orders.size, 0]);
    assert.equal(dead_letter, (await stage.sql('SELECT FROM dead_letters')).length);
    assert.ok((await handled(service.url)) >= stage.ledger.acknowledged);
    assertFlat(readers.answers, t);
  });
});
