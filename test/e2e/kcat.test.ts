/** Records from a client of another make, in each compression. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { kafkaBrokers } from '../support/cluster.ts';
import { orderWith } from '../support/orders.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { until } from '../support/wait.ts';

const missing = spawnSync('kcat', ['-V']).error ? 'kcat is not installed here' : false;

describe('kcat', { skip: missing }, () => {
  let service: TestService;
  before(async () => {
    service = await startTestService();
  });
  after(() => service.stop());

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    test(`records compressed with ${compression} are read`, async () => {
      const orders = Array.from({ length: 50 }, () => orderWith({ order_uid: `o-${randomUUID()}` }));
      const input = orders.map((order) => JSON.stringify(order)).join('\n');
      execFileSync('kcat', ['-P', '-b', kafkaBrokers.join(','), '-t', service.topic, '-z', compression], {
        input,
      });
      for (const order of orders) {
        const response = await until('the order is there', async () => {
          const answer = await fetch(`${service.url}/api/orders/${order.order_uid}`);
          return answer.status === 200 && answer;
        });
        assert.deepEqual(await response.json(), order);
      }
    });
  }
});
