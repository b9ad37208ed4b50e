/* oxlint-disable typescript/unbound-method -- each is called with its own `this` */
/**
 * The service with a fault inside: `node --import test/fault/variant.ts src/main.ts serve`, with FAILPOINT saying
 * which. The production code has no failpoints; what is changed here are methods of its classes, in the threads of
 * this process only.
 *
 * Crashes (kill -9 of itself, at the COMMIT of the batch that FAILPOINT_AT counts):
 *   before-commit        all statements of the transaction are done, COMMIT is not sent
 *   after-commit         COMMIT is answered, no offset is committed
 * Stands still (SIGSTOP of itself, until the test wakes it), with the locks of a batch:
 *   stop-in-copy         the server waits for the rows of an order
 * Bugs that must not go unnoticed:
 *   bug                  ingest throws where it should not
 *   exit                 its thread ends without a word
 * Deliberate bugs, which the audit must find:
 *   offset-before-write  offsets are committed when records arrive, not when they are stored, and reading starts at
 *                        them wherever the fence is; crashes like before-commit
 *   no-fence             each batch meets a fence of its own; crashes like after-commit
 *   no-order             no fence, and what comes last wins, however old it is; stands still like stop-in-copy
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Ingest } from '../../src/core/ingest.ts';
import type { Entry } from '../../src/core/record.ts';
import { OrderConsumer } from '../../src/kafka/consumer.ts';
import { FencedConsumer } from '../../src/kafka/fenced-consumer.ts';
import { PostgresOrderStore } from '../../src/postgres/order-store.ts';

const failpoint = process.env['FAILPOINT'] ?? '';
const at = Number(process.env['FAILPOINT_AT'] ?? 1);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered before the next system call returns.
  for (;;);
}

/** Counts the COMMITs of batches: only those move the fence. */
function crashAtCommit(when: 'before' | 'after'): void {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  const ofBatches = new WeakSet<pg.Client>();
  let commits = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args;
    if ((statement as { name?: string }).name === 'move-fence') ofBatches.add(this);
    if (statement !== 'COMMIT' || !ofBatches.delete(this) || ++commits !== at) {
      return query.apply(this, args);
    }
    if (when === 'before') die();
    return (query.apply(this, args) as Promise<unknown>).then(die);
  } as typeof pg.Client.prototype.query;
}

/** At the COPY of orders that FAILPOINT_AT counts. */
function stopInCopy(): void {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  let copies = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args;
    if (typeof (statement as Partial<pg.Submittable>).submit !== 'function' || ++copies !== at) {
      return query.apply(this, args);
    }
    const submitted = query.apply(this, args);
    process.kill(process.pid, 'SIGSTOP');
    return submitted;
  } as typeof pg.Client.prototype.query;
}

function startAtCommittedOffsets(): void {
  Reflect.deleteProperty(FencedConsumer.prototype, 'listCommittedOffsets');
}

function commitOffsetsOnArrival(): void {
  const { chunks, commit } = OrderConsumer.prototype;
  OrderConsumer.prototype.commit = async () => {};
  OrderConsumer.prototype.chunks = async function* (this: OrderConsumer, signal) {
    for await (const chunk of chunks.call(this, signal)) {
      const offsets = new Map(chunk.map(({ partition, offset }) => [partition, offset + 1n]));
      await commit.call(this, { topicId: chunk[0]!.topicId, offsets });
      yield chunk;
    }
  };
}

function withoutFence(change: (entry: Entry, topicId: string) => Entry): void {
  startAtCommittedOffsets();
  const apply = PostgresOrderStore.prototype.apply;
  PostgresOrderStore.prototype.apply = async function (this: PostgresOrderStore, batch) {
    const { topicId } = batch[0]!.record;
    const ownTopicId = randomUUID();
    const applied = await apply.call(
      this,
      batch.map((entry) => change(entry, ownTopicId)),
    );
    return { ...applied, next: { ...applied.next, topicId } };
  };
}

const faults: Record<string, () => void> = {
  'before-commit': () => crashAtCommit('before'),
  'after-commit': () => crashAtCommit('after'),
  'stop-in-copy': stopInCopy,
  bug() {
    Ingest.prototype.run = () => Promise.reject(new TypeError('a bug'));
  },
  exit() {
    Ingest.prototype.run = async () => process.exit();
  },
  'offset-before-write'() {
    startAtCommittedOffsets();
    commitOffsetsOnArrival();
    crashAtCommit('before');
  },
  'no-fence'() {
    withoutFence((entry, topicId) => ({ ...entry, record: { ...entry.record, topicId } }));
    crashAtCommit('after');
  },
  'no-order'() {
    withoutFence((entry, topicId) => {
      const timestamp = BigInt(Date.now());
      return { ...entry, record: { ...entry.record, topicId, timestamp } };
    });
    stopInCopy();
  },
};

const fault = faults[failpoint];
if (!fault) throw new Error(`FAILPOINT names none of the faults: "${failpoint}"`);
fault();
