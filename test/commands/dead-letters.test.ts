import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { deadLetters } from '../../src/commands/dead-letters.ts';
import { UsageError } from '../../src/commands/usage.ts';
import { SchemaError } from '../../src/postgres/migrate.ts';
import { createDatabase } from '../support/cluster.ts';
import { keepDeadLetters } from '../support/dead-letters.ts';
import { orderWith } from '../support/orders.ts';
import { entries } from '../support/records.ts';
import { createStore, type TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

let db: TestStore;
let folder: string;
before(async () => {
  db = await createStore();
  folder = await mkdtemp(join(tmpdir(), 'dead-letters-test-'));
});
after(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

class Sink extends Writable {
  text = '';
  readonly isTTY: boolean;
  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface Given {
  stdin?: string | Buffer;
  tty?: boolean;
  checkTotals?: boolean;
  signal?: AbortSignal;
  stdout?: Sink;
  url?: string;
}

async function run(args: string[], given: Given = {}) {
  const { stdin = '', tty = false, checkTotals = false, stdout = new Sink() } = given;
  const stderr = new Sink(tty);
  const code = await deadLetters(
    args,
    { databaseUrl: async () => given.url ?? db.url, checkTotals },
    { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr },
    given.signal ?? new AbortController().signal,
  );
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const uid = () => `o-${randomUUID()}`;
const read = async (orderUid: string) => {
  const found = await db.reader.find(orderUid);
  return found && (JSON.parse(found.document.toString()) as unknown);
};
const statesOf = async (topic: string) =>
  (
    await db.sql<{ status: string; attempts: number }>(
      'SELECT status, attempts FROM dead_letters WHERE topic = $1 ORDER BY id',
      [topic],
    )
  ).map(({ status, attempts }) => `${status} ${attempts}`);
const topicOfItsOwn = () => `t-${randomUUID().slice(0, 8)}`;

describe('list and show', () => {
  test('the list has a line for each, filters, and pages', async () => {
    const topic = topicOfItsOwn();
    const ids = await keepDeadLetters(db, ['{', null, orderWith({ sm_id: -1 })], { topic, partition: 2 });
    const { stdout } = await run(['list', '--topic', topic]);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0]!, new RegExp(`^ *${ids[2]}  .* ${topic}/2@2 .*open .*invalid .*/sm_id must be`));
    const first = await run(['list', '--topic', topic, '--limit', '2']);
    assert.match(first.stdout, new RegExp(`The next page: --before ${ids[1]}\n$`));
    const second = await run(['list', '--topic', topic, '--limit', '2', '--before', ids[1]!, '--json']);
    assert.deepEqual(
      (JSON.parse(second.stdout) as { id: string }[]).map(({ id }) => id),
      [ids[0]],
    );
    const listed = async (...args: string[]) => {
      const { stdout } = await run(['list', '--topic', topic, '--json', ...args]);
      return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => ids.indexOf(id));
    };
    assert.deepEqual(await listed('--code', 'no_value'), [1]);
    assert.deepEqual(await listed('--reason', 'SM_ID'), [2]);
    assert.deepEqual(await listed('--partition', '1'), []);
    assert.deepEqual(await listed('--status', 'replayed'), []);
    await db.sql(`UPDATE dead_letters SET created_at = now() - interval '3 hours' WHERE id = $1`, [ids[0]]);
    assert.deepEqual(await listed('--since', '2h'), [2, 1]);
    assert.deepEqual(await listed('--until', '150m', '--since', '1d'), [0]);
    assert.deepEqual(await listed('--since', new Date(Date.now() + 60_000).toISOString()), []);
    assert.equal((await run(['list', '--topic', 'none'])).stdout, 'No dead letters.\n');
  });

  test('one is shown with its bytes, headers, each error with its path, and its history', async () => {
    const topic = topicOfItsOwn();
    const [entry] = entries([orderWith({ sm_id: -1, locale: '\x1b[2J' })], { topic, topicId: randomUUID() });
    entry!.record.headers = [[Buffer.from('trace'), Buffer.from([0xff])]];
    await db.store.apply([entry!]);
    const [row] = await db.sql<{ id: string }>('SELECT id FROM dead_letters WHERE topic = $1', [topic]);
    await run(['replay', row!.id, '--file', '-'], { stdin: '[]' });
    const { code, stdout } = await run(['show', row!.id]);
    assert.equal(code, 0);
    assert.match(stdout, /^error {6}\/sm_id: must be >= 0$/m);
    assert.match(stdout, /^header {5}trace: base64 \/w==$/m);
    assert.match(stdout, /^attempt {4}1, .*, corrected: invalid, The value is an array/m);
    assert.match(stdout, /^corrected {2}\[\]$/m);
    assert.ok(stdout.includes('"sm_id":-1') && !stdout.includes('\x1b'));
    const shown = JSON.parse((await run(['show', row!.id, '--json'])).stdout) as Record<string, unknown>;
    assert.deepEqual(shown['value'], { text: entry!.record.value!.toString() });
    assert.deepEqual(shown['headers'], [{ key: { text: 'trace' }, value: { base64: '/w==' } }]);
    assert.deepEqual(shown['latest_correction'], { text: '[]' });
    const none = await run(['show', '999999999']);
    assert.deepEqual([none.code, none.stderr], [1, 'There is no dead letter 999999999.\n']);
  });
});

describe('replay', () => {
  test('a corrected payload from a file or standard input, byte for byte', async () => {
    const topic = topicOfItsOwn();
    const ids = await keepDeadLetters(db, ['{', '{'], { topic });
    const text = (order: object) => `\ufeff${JSON.stringify(order, undefined, 1)}\n`;
    const [one, two] = [orderWith({ order_uid: uid() }), orderWith({ order_uid: uid() })];
    const file = join(folder, 'order.json');
    await writeFile(file, text(one));
    const first = await run(['replay', ids[0]!, '--file', file]);
    assert.deepEqual([first.code, first.stderr], [0, '']);
    assert.match(
      first.stdout,
      new RegExp(`^ *${ids[0]}  replayed +order ${one.order_uid}\n1 dead letter: 1 replayed.\n$`),
    );
    const second = await run(['replay', ids[1]!, '--file', '-'], { stdin: text(two) });
    assert.equal(second.code, 0);
    for (const order of [one, two]) {
      const found = await db.reader.find(order.order_uid);
      assert.equal(found?.document.toString(), text(order).slice(1));
    }
    assert.deepEqual(await statesOf(topic), ['replayed 1', 'replayed 1']);
  });

  test('all that match, the oldest first, with a result for each and exit code 1 when one is left', async () => {
    const topic = topicOfItsOwn();
    const order_uid = uid();
    // Refused only where totals are checked: mended by a change of the settings, as their bytes are.
    const versions = [1, 2].map((sm_id) => orderWith({ order_uid, sm_id }));
    const topicId = randomUUID();
    await keepDeadLetters(db, ['{'], { topic, topicId });
    const rejection = { code: 'invalid' as const, reason: 'totals', errors: [] };
    const refused = entries(versions, { topic, topicId, offset: 1n }).map(({ record }) => ({
      record,
      rejection,
    }));
    await db.store.apply(refused);

    const strict = await run(['replay', '--topic', topic, '--dry-run'], { checkTotals: true });
    assert.equal(strict.code, 1);
    assert.match(
      strict.stdout,
      /3 dead letters: 1 invalid, 2 replayed\. This was a dry run: nothing has changed\.\n$/,
    );
    assert.deepEqual(await statesOf(topic), ['open 0', 'open 0', 'open 0']);

    const { code, stdout } = await run(['replay', '--topic', topic]);
    assert.equal(code, 1);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /invalid +The value is not JSON/);
    assert.match(lines[1]!, new RegExp(`replayed +order ${order_uid}`));
    assert.match(lines.at(-1)!, /^3 dead letters: 1 invalid, 2 replayed\.$/);
    assert.deepEqual(await read(order_uid), versions[1]);
    assert.deepEqual(await statesOf(topic), ['open 1', 'replayed 1', 'replayed 1']);

    const again = await run(['replay', '--topic', topic]);
    assert.match(again.stdout, /\n1 dead letter: 1 invalid\.\n$/);
    assert.deepEqual(await statesOf(topic), ['open 2', 'replayed 1', 'replayed 1']);
    const none = await run(['replay', '--topic', topic, '--code', 'empty']);
    assert.deepEqual([none.code, none.stdout], [0, '0 dead letters.\n']);
  });

  test('an order with wrong totals is refused or taken as the settings say', async () => {
    const topic = topicOfItsOwn();
    const [id] = await keepDeadLetters(db, ['{'], { topic });
    const order = orderWith({ order_uid: uid() });
    order.payment.amount += 1;
    const stdin = JSON.stringify(order);
    const args = ['replay', id!, '--file', '-', '--json'];
    const strict = await run(args, { stdin, checkTotals: true });
    assert.equal(strict.code, 1);
    const { errors } = JSON.parse(strict.stdout) as { errors: { path: string }[] };
    assert.deepEqual(
      errors.map(({ path }) => path),
      ['/payment/amount'],
    );
    assert.equal((await run(args, { stdin })).code, 0);
  });

  test('several by id; for programs a line of JSON each', async () => {
    const topic = topicOfItsOwn();
    const ids = await keepDeadLetters(db, ['{', '{'], { topic });
    const { code, stdout, stderr } = await run(['replay', ids[1]!, ids[0]!, ids[1]!, '999999999', '--json']);
    assert.equal(code, 1);
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      results.map(({ id, outcome, dry_run }) => [id, outcome, dry_run]),
      [
        [ids[1], 'invalid', false],
        [ids[0], 'invalid', false],
        ['999999999', 'not_found', false],
      ],
    );
    assert.equal(stderr, '3 dead letters: 2 invalid, 1 not found.\n');
  });

  test('those that come in meanwhile are left alone, so it ends', async () => {
    const topic = topicOfItsOwn();
    const topicId = randomUUID();
    await keepDeadLetters(db, ['{', '{'], { topic, topicId });
    let offset = 2n;
    const stdout = new (class extends Sink {
      override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
        // One more for each that is done.
        keepDeadLetters(db, ['{'], { topic, topicId, offset: offset++ }).then(
          () => super._write(chunk, encoding, done),
          done,
        );
      }
    })();
    await run(['replay', '--topic', topic, '--rate', '5'], { stdout });
    assert.deepEqual((await statesOf(topic)).slice(0, 2), ['open 1', 'open 1']);
    assert.deepEqual(new Set((await statesOf(topic)).slice(2)), new Set(['open 0']));
  });

  test('keeps to the rate, and shows progress on a terminal', async () => {
    const topic = topicOfItsOwn();
    await keepDeadLetters(
      db,
      Array.from({ length: 21 }, () => '{'),
      { topic },
    );
    const startedAt = performance.now();
    const { stderr } = await run(['replay', '--topic', topic, '--rate', '20'], { tty: true });
    assert.ok(performance.now() - startedAt >= 990);
    assert.match(stderr, /\d+ of 21 \.\.\./);
    assert.ok(stderr.endsWith('\r\x1b[K'));
  });

  test('ends in order when told to stop, and says how to go on', async () => {
    const topic = topicOfItsOwn();
    await keepDeadLetters(
      db,
      Array.from({ length: 50 }, () => '{'),
      { topic },
    );
    const stop = new AbortController();
    const stdout = new Sink();
    const running = run(['replay', '--topic', topic, '--rate', '10'], { signal: stop.signal, stdout });
    await until('some are done', () => stdout.text.split('\n').length > 3);
    stop.abort();
    const { code, stderr } = await running;
    assert.equal(code, 1);
    assert.match(stderr, /did not get to the end/);
    const done = Number(/^(\d+) dead letters: \1 invalid\.$/m.exec(stdout.text)?.[1]);
    assert.equal((await statesOf(topic)).filter((state) => state === 'open 1').length, done);
  });

  test('I5: when the database goes away it ends with an error, after saying what was done', async () => {
    const topic = topicOfItsOwn();
    await keepDeadLetters(
      db,
      Array.from({ length: 5 }, () => '{'),
      { topic },
    );
    const stdout = new Sink();
    const running = run(['replay', '--topic', topic, '--rate', '4'], { stdout });
    await until('one is done', () => stdout.text.includes('invalid'));
    await db.sql('ALTER TABLE dead_letter_attempts RENAME TO away');
    await assert.rejects(running, { code: '42P01' });
    await db.sql('ALTER TABLE away RENAME TO dead_letter_attempts');
    assert.match(stdout.text, /^\d dead letters?: \d invalid\.$/m);
  });
});

describe('what is called wrongly is refused, by name', () => {
  const wrong: [string[], RegExp][] = [
    [['mend'], /knows list, show and replay, not "mend"/],
    [['replay'], /takes ids, filters, or --all/],
    [['replay', '1', '--all'], /either ids, or filters, or --all/],
    [['replay', '--all', '--code', 'empty'], /either ids, or filters, or --all/],
    [['replay', '1', '2', '--file', 'x'], /single id/],
    [['replay', '--all', '--file', 'x'], /single id/],
    [['replay', '1', '--file', '/no/such/file'], /\/no\/such\/file cannot be read: ENOENT/],
    [['replay', '1', '--rate', '0'], /--rate must be a number from 0.01/],
    [['replay', '--status', 'open'], /--status does not go with replay/],
    [['replay', 'x'], /ID must be a whole number .*"x"/],
    [['list', '1'], /list takes only flags/],
    [['list', '--all'], /--all does not go with list/],
    [['list', '--since', 'yesterday'], /--since must be like .*"yesterday"/],
    [['list', '--status', 'done'], /--status must be open/],
    [['list', '--limit', '1001'], /--limit/],
    [['show'], /show takes the id of one/],
    [['show', '1', '2'], /show takes the id of one/],
    [['list', '--colour'], /--colour/],
  ];
  for (const [args, message] of wrong) {
    test(`dead-letters ${args.join(' ')}`, async () => {
      await assert.rejects(run(args), (error: Error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('--file that is too large', async () => {
    const stdin = Buffer.alloc(2 * 1024 * 1024 + 1, 'x');
    await assert.rejects(run(['replay', '1', '--file', '-'], { stdin }), /over 2 MiB/);
  });

  test('--help needs no database', async () => {
    const { code, stdout } = await run(['--help'], { url: 'postgresql://127.0.0.1:1/none' });
    assert.equal(code, 0);
    assert.match(stdout, /replay ID/);
  });

  test('a database that is not migrated is said to be so', async () => {
    const empty = await createDatabase();
    await assert.rejects(run(['list'], { url: empty.url }), (error) => error instanceof SchemaError);
    await empty.drop();
  });
});
