import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedBuffersMb } from '../../src/embedded/postgres.ts';

test('the embedded PostgreSQL takes an eighth of the memory, within bounds', () => {
  const gb = 2 ** 30;
  assert.equal(sharedBuffersMb(8 * gb), 1_024);
  assert.equal(sharedBuffersMb(0.5 * gb), 128);
  assert.equal(sharedBuffersMb(64 * gb), 2_048);
});
