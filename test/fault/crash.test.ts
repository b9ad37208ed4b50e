/**
 * Crashes at the two moments that matter, and the controls: the same with a bug, which the audit must find.
 * And a bug in the thread that ingests, which must not go unnoticed.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunningService } from '../support/service.ts';
import { scale } from './scale.ts';
import { load, newerVersion, openStage, type Stage } from './stage.ts';

const preload = fileURLToPath(new URL('variant.ts', import.meta.url));

/** Small batches, so that a crash comes between many of them. */
const env = { BATCH_MAX_RECORDS: '100' };

function crashing(stage: Stage, failpoint: string, at: number): Promise<RunningService> {
  return stage.serve({ preload, env: { ...env, FAILPOINT: failpoint, FAILPOINT_AT: String(at) } });
}

/** Resolves when it has crashed, which may be before it says that it is ready. */
async function crash(stage: Stage, failpoint: string, at: number): Promise<void> {
  try {
    await (
      await crashing(stage, failpoint, at)
    ).ended;
  } catch (error) {
    if (!/the service ended with SIGKILL/.test((error as Error).message)) throw error;
  }
}

// The most of each is waiting: the broker gives a killed member's partitions away after its session of 10 s.
describe('a crash', { concurrency: true }, () => {
  for (const [failpoint, moment] of [
    ['before-commit', 'inside the transaction'],
    ['after-commit', 'after the transaction and before the offset commit'],
  ] as const) {
    test(`I2, I3: ${moment}, ${scale.crashes} times: nothing is lost or doubled`, async () => {
      const stage = await openStage();
      try {
        const records = load(1, scale.orders);
        const sending = stage.ledger.send([...records, ...newerVersion(records.slice(0, 500), 7)]);
        for (let at = 1; at <= scale.crashes; at++) await crash(stage, failpoint, at);
        await sending;
        const service = await stage.serve({ env });
        await stage.settled();
        assert.deepEqual(await stage.damages(service), []);
      } finally {
        await stage.close();
      }
    });
  }

  for (const [bug, told] of [
    ['bug', /the service ended with 1:[\s\S]*TypeError: a bug\n +at .*variant\.ts/],
    ['exit', /the service ended with 1:[\s\S]*The thread that ingests has ended/],
  ] as const) {
    test(`the end of the thread that ingests, by "${bug}", ends the process and is told`, async () => {
      const stage = await openStage();
      try {
        await assert.rejects(crashing(stage, bug, 1), told);
      } finally {
        await stage.close();
      }
    });
  }

  /** Each with the damage that it must do. */
  for (const [bug, damage] of [
    ['offset-before-write', /order lost/],
    ['no-fence', /dead letter doubled/],
  ] as const) {
    test(`negative control: with the bug "${bug}" the audit finds the damage`, async () => {
      const stage = await openStage({ partitions: 1 });
      try {
        await stage.ledger.send(load(2, 1_000, 10));
        await crash(stage, bug, 3);
        const last = await crashing(stage, bug, -1);
        // What was lost at the end of the log would never be behind the fence.
        await stage.ledger.send(load(2, 10, 10, 1_000));
        await stage.settled();
        assert.match((await stage.damages(last)).join('\n'), damage);
      } finally {
        await stage.close();
      }
    });
  }
});
