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
 * Asks an instance for orders in turn. `stop` resolves with those that it answered in an old version after it had
 * answered the newest.
 */
function watch(url: string, newest: [orderUid: string, document: string][]) {
  const stopping = new AbortController();
  const shown = new Set<string>();
  const wentBack = new Set<string>();
  let lastOld = 0;
  const ask = async (orderUid: string, document: string) => {
    const answer = await fetch(`${url}/order/order?order_uid=${orderUid}`);
    const isNewest = (await answer.text()) === document;
    if (isNewest) return shown.add(orderUid);
    lastOld = performance.now();
    return shown.has(orderUid) && wentBack.add(orderUid);
  };
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      for (const [orderUid, document] of newest) await ask(orderUid, document);
      await delay(10);
    }
  })();
  asking.catch(() => {}); // `stop` tells it
  return {
    /** Resolves when all have been answered in their newest version. */
    allShown: () => until('it serves the newest', () => shown.size === newest.length),
    /** When the last old answer came. */
    lastOld: () => lastOld,
    async stop() {
      stopping.abort();
      await asking;
      return [...wentBack];
    },
  };
}

/** Keeps the place of each version of an order, as they are written, so that none can come back unseen. */
const keepHistory = `
  CREATE TABLE history (id bigint GENERATED ALWAYS AS IDENTITY, order_uid text, kafka_offset bigint);
  CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO history (order_uid, kafka_offset) VALUES (NEW.order_uid, NEW.kafka_offset); RETURN NEW; END $$;
  CREATE TRIGGER keep BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep()`;

const cameBack = `
  SELECT DISTINCT order_uid FROM
    (SELECT order_uid, kafka_offset < lag(kafka_offset) OVER (PARTITION BY order_uid ORDER BY id) AS back FROM history)
  WHERE back`;

/**
 * An instance stands still for longer than its session lasts, with old versions in hand; another stores newer ones;
 * then it wakes.
 */
async function zombie(stage: Stage, failpoint: string): Promise<{ staleMs: number; damages: string[] }> {
  const old = load(9, scale.orders, 100_000);
  const env = { BATCH_MAX_RECORDS: '50', CACHE_CAPACITY: '100000' };
  const first = await stage.serve({
    preload: variant,
    env: { ...env, FAILPOINT: failpoint, FAILPOINT_AT: '9' },
  });
  await stage.sql(keepHistory);
  const sending = stage.ledger.send(old);
  await until('it stands still', () => isStopped(first.pid));
  await sending;
  const second = await stage.serve({ env });
  const hasAll = /"partitions":\[0,1,2\],"msg":"joined/;
  await until('the other has all partitions', () => hasAll.test(second.log()), 60_000);
  await stage.ledger.send(newerVersion(old, 9_999));
  await stage.settled();

  const newest = [...stage.ledger.orders].slice(0, 300);
  const atOther = watch(second.url, newest);
  const damages: string[] = [];
  await atOther.allShown();
  process.kill(first.pid, 'SIGCONT');
  const start = performance.now();
  const atWoken = watch(first.url, newest);
  await atWoken.allShown().catch((error: unknown) => damages.push(`the woken one: ${String(error)}`));
  const isReady = async () => (await fetch(`${first.url}/readyz`)).status === 200;
  await until('it is in the group again', isReady, 60_000).catch((error: unknown) => {
    throw new Error(first.log().slice(-2_000), { cause: error });
  });
  await delay(1_000); // for what must not happen there is nothing to wait for
  for (const [who, watched] of Object.entries({ other: atOther, 'woken one': atWoken })) {
    for (const uid of await watched.stop()) damages.push(`the ${who} served an old version again: ${uid}`);
  }
  for (const { order_uid } of await stage.sql<{ order_uid: string }>(cameBack)) {
    damages.push(`an old version was stored over a newer one: ${order_uid}`);
  }
  damages.push(...(await stage.damages(first, second)));
  return { staleMs: Math.max(atWoken.lastOld() - start, 0), damages };
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
      const { damages } = await zombie(stage, 'no-order');
      assert.match(damages.join('\n'), /an old version was stored over a newer one/);
      assert.match(damages.join('\n'), /order stale/);
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
