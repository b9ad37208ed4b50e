/** The consumer group in disorder: instances that come, go, are killed, or stand still and wake up. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../support/wait.ts';
import { committedOffsets } from './group-offsets.ts';
import { scale } from './scale.ts';
import { isStopped } from './servers.ts';
import { load, newerVersion, openStage, type Stage } from './stage.ts';

const variant = fileURLToPath(new URL('variant.ts', import.meta.url));

/**
 * An instance stands still for longer than its session lasts, with old versions in hand; another stores newer ones;
 * then it wakes.
 */
async function zombie(stage: Stage, failpoint: string): Promise<{ staleMs: number; damages: string[] }> {
  const old = load(9, scale.orders, 100_000);
  const env = { BATCH_MAX_RECORDS: '50', CACHE_CAPACITY: '100000' };
  const first = await stage.serve({
    entry: variant,
    env: { ...env, FAILPOINT: failpoint, FAILPOINT_AT: '9' },
  });
  const sending = stage.ledger.send(old);
  await until('it stands still', () => isStopped(first.pid));
  await sending;
  const second = await stage.serve({ env });
  const hasAll = /"partitions":\[0,1,2\],"msg":"joined/;
  await until('the other has all partitions', () => hasAll.test(second.log()), 60_000);
  await stage.ledger.send(newerVersion(old, 9_999));
  await stage.settled();

  process.kill(first.pid, 'SIGCONT');
  const start = performance.now();
  let staleMs = 0;
  for (const [orderUid, document] of [...stage.ledger.orders].slice(0, 300)) {
    await until('the woken one serves the newest', async () => {
      const answer = await fetch(`${first.url}/order/order?order_uid=${orderUid}`);
      const isNewest = (await answer.text()) === document;
      if (!isNewest) staleMs = performance.now() - start;
      return isNewest;
    });
  }
  const isReady = async () => (await fetch(`${first.url}/readyz`)).status === 200;
  await until('it is in the group again', isReady, 60_000).catch((error: unknown) => {
    throw new Error(first.log().slice(-2_000), { cause: error });
  });
  await delay(1_000); // for what must not happen there is nothing to wait for
  return { staleMs, damages: await stage.damages(first, second) };
}

describe('the group', { concurrency: true }, () => {
  test('I3, I6: an instance that stood still in the middle of a transaction, past its session, holds up no other, writes nothing old and serves the newest', async (t) => {
    const stage = await openStage();
    try {
      const { staleMs, damages } = await zombie(stage, 'stop-in-copy');
      t.diagnostic(`its last old answer came ${Math.round(staleMs)} ms after its waking`);
      assert.deepEqual(damages, []);
    } finally {
      await stage.close();
    }
  });

  test('negative control: without the fence and the order of versions the audit finds old ones', async () => {
    const stage = await openStage();
    try {
      const outcome = await zombie(stage, 'no-order').catch((error: unknown) => String(error));
      const found = typeof outcome === 'string' ? outcome : outcome.damages.join('\n');
      assert.match(found, /order stale|the woken one serves the newest/);
    } finally {
      await stage.close();
    }
  });

  test(`a second instance comes and is killed or stopped ${scale.rebalances} times under load`, async () => {
    const stage = await openStage();
    try {
      const env = { BATCH_MAX_RECORDS: '100' };
      const service = await stage.serve({ env });
      const done = new AbortController();
      const storm = async () => {
        for (let round = 0; round < scale.rebalances; round++) {
          const other = await stage.serve({ env });
          if (round % 3 === 2) await other.stop();
          else await other.kill();
        }
        done.abort();
      };
      const sending = (async () => {
        for (let first = 0; !done.signal.aborted; first += 500) {
          await stage.ledger.send(load(10, 500, 100, first));
          await delay(250); // a load, not a race
        }
      })();
      await Promise.all([storm(), sending]);
      await stage.settled();
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await stage.close();
    }
  });

  test('SIGTERM under load, and another goes on: no record is delivered twice', async () => {
    const stage = await openStage();
    try {
      const env = { BATCH_MAX_RECORDS: '100' };
      let service = await stage.serve({ env });
      const sending = stage.ledger.send(load(11, scale.orders, 100));
      for (let round = 0; round < 3; round++) {
        await until('some are acknowledged', async () => {
          const committed = await committedOffsets(stage.brokers, stage.topic, stage.topic);
          const sum = [...committed.values()].reduce((a, b) => a + b, 0n);
          return sum >= BigInt(200 * (round + 1));
        });
        assert.equal(await service.stop(), 0);
        service = await stage.serve({ env });
      }
      await sending;
      await stage.settled();
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      assert.match(metrics, /orders_consumed_total{outcome="skipped"} 0\n/);
      assert.deepEqual(await stage.damages(service), []);
    } finally {
      await stage.close();
    }
  });
});
