import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import type { Message } from '@platformatic/kafka';
import { recordsOf } from '../../src/commands/produce-file.ts';
import { produce } from '../../src/commands/produce.ts';
import canonicalOrder from '../../src/core/canonical-order.json' with { type: 'json' };
import { generateOrder } from '../../src/core/generate.ts';
import { examine, isOrder } from '../../src/core/record.ts';
import { corruptions } from '../../src/core/spoil.ts';
import { createProducer, SendError } from '../../src/kafka/producer.ts';
import { ensureTopic } from '../../src/kafka/topic.ts';
import { kafkaBrokers, uniqueName } from '../support/cluster.ts';
import { readAll } from '../support/topic.ts';

const never = new AbortController().signal;

suite('produce, to a real Kafka', () => {
  test('sends what it says: valid, invalid of every kind, and duplicates', async () => {
    const { code, stdout, topic } = await run([
      '--count',
      '1000',
      '--invalid',
      '5',
      '--duplicates',
      '3',
      '--seed',
      '7',
    ]);
    assert.equal(code, 0);
    assert.match(stdout, /^Sent 1,029 records in .*: 950 valid, 50 invalid, 29 duplicates\.$/m);
    assert.match(stdout, /^Seed 7: --seed 7 makes the same records again\.$/m);
    for (const { name } of corruptions) assert.match(stdout, new RegExp(`[ :]${name} [12][,.]`));

    const messages = await readAll(topic);
    assert.equal(messages.length, 1029);
    const orders = messages.filter((message) => isOrder(verdictOn(message)));
    assert.equal(orders.length, 979);
    assert.equal(new Set(orders.map(({ key }) => String(key))).size, 950);
    for (const { key, value } of orders) assert.equal(JSON.parse(String(value)).order_uid, String(key));
    const sample = /order_uid=(\w+)/.exec(stdout)?.[1];
    assert.ok(
      orders.some(({ key }) => String(key) === sample),
      'the link leads to an order that was sent',
    );
  });

  test('sends the same records again for the same seed', async () => {
    const args = ['--count', '40', '--invalid', '50', '--duplicates', '20', '--seed', '99'];
    const [first, second] = [await run(args), await run(args)];
    const values = async (topic: string) =>
      (await readAll(topic)).map(
        ({ partition, offset, value }) => `${partition} ${offset} ${value?.toString('hex')}`,
      );
    assert.deepEqual(await values(first.topic), await values(second.topic));
  });

  test('creates the topic, once', async () => {
    const { stderr, topic } = await run(['--count', '1']);
    assert.match(stderr, /Created topic .* with 6 partitions/);
    assert.equal((await run(['--count', '1'], { topic })).stderr, '');
  });

  test('keeps to the rate', async () => {
    const startedAt = performance.now();
    const { code } = await run(['--count', '200', '--rate', '100']);
    const seconds = (performance.now() - startedAt) / 1000;
    assert.equal(code, 0);
    assert.ok(seconds >= 1.9, `200 records at 100 a second took only ${seconds} s`);
  });

  test('ends in order when told to stop, and counts what was acknowledged', async () => {
    const { code, stdout, topic } = await run(['--count', '0', '--rate', '500'], {
      signal: AbortSignal.timeout(1_500),
    });
    assert.equal(code, 0);
    const sent = Number(/^Sent ([\d,]+) records/.exec(stdout)?.[1]?.replace(',', ''));
    assert.ok(sent > 0);
    assert.equal((await readAll(topic)).length, sent);
  });

  test('fails when the broker refuses a record, and says how many were not acknowledged', async () => {
    const file = await tempFile(`{"order_uid":"huge","x":"${'x'.repeat(2_000_000)}"}`);
    const { code, stdout, stderr } = await run(['--file', file]);
    assert.equal(code, 1);
    assert.match(stderr, /1 of 1 records were not acknowledged: .*larger than the max message size/);
    assert.match(stdout, /^Sent 0 records/);
  });

  test('sends a file byte for byte, keyed by order_uid, and as often as --count says', async () => {
    const text = `{ "order_uid" : "a1", "price": 9007199254740993, "rate": 1.10 }\n`;
    const { stdout, topic } = await run(['--file', await tempFile(text), '--count', '3']);
    assert.match(stdout, /^Sent 3 records in .*: 3 from the file, 0 invalid, 0 duplicates\.$/m);
    const messages = await readAll(topic);
    assert.deepEqual(
      messages.map(({ key, value }) => [String(key), String(value)]),
      Array.from({ length: 3 }, () => ['a1', text]),
    );
  });

  test('says what to do when there is no broker, within 10 seconds', async () => {
    const { code, stderr } = await run([], { brokers: ['127.0.0.1:1'] });
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1:1 .*ECONNREFUSED[^]*`make run`[^]*KAFKA_BROKERS/);
  });

  test('prints no personal data', async () => {
    const { stdout, stderr } = await run(['--count', '20', '--seed', '3', '--invalid', '50']);
    for (let index = 0; index < 20; index++) {
      const { name, phone, email } = generateOrder(3, index).delivery;
      for (const secret of [name, phone, email]) assert.ok(!(stdout + stderr).includes(secret));
    }
  });
});

suite('createProducer', () => {
  test('splits by bytes, and tells the place of each record in the order given', async () => {
    const topic = uniqueName('producer');
    await ensureTopic(kafkaBrokers, topic, 3);
    const producer = createProducer({ brokers: kafkaBrokers, clientId: 'test' });
    try {
      const records = Array.from({ length: 4_000 }, (_, i) => ({
        key: `key ${i % 7}`,
        value: `${i} `.padEnd(1_200, '.'),
      }));
      const places = await producer.send(topic, records);
      const messages = await readAll(topic);
      const byPlace = new Map(
        messages.map(({ partition, offset, value }) => [`${partition} ${offset}`, String(value)]),
      );
      assert.equal(byPlace.size, records.length);
      records.forEach(({ value }, i) => {
        assert.equal(byPlace.get(`${places[i]!.partition} ${places[i]!.offset}`), value);
      });
    } finally {
      await producer.close();
    }
  });

  test('says which records of a failed send were acknowledged', async () => {
    const topic = uniqueName('producer');
    await ensureTopic(kafkaBrokers, topic, 1);
    const producer = createProducer({ brokers: kafkaBrokers, clientId: 'test' });
    try {
      const values = ['first', 'x'.repeat(2_000_000), 'last'];
      const error = await producer
        .send(
          topic,
          values.map((value) => ({ key: 'k', value })),
        )
        .catch((error: unknown) => error);
      assert.ok(error instanceof SendError);
      assert.deepEqual(error.acknowledged, [{ topic, partition: 0, offset: 0n }, undefined, undefined]);
      assert.deepEqual(await producer.send(topic, [{ key: 'k', value: 'next' }]), [
        { topic, partition: 0, offset: 1n },
      ]);
      await assert.rejects(
        producer.send(topic, [{ key: 'k', value: '', partition: 1 }]),
        /there is no partition 1/,
      );
    } finally {
      await producer.close();
    }
  });
});

suite('the arguments of produce', () => {
  const wrong: [string[], RegExp][] = [
    [['--count', 'many'], /--count must be a whole number from 0 .*"many"/],
    [['--count', '1.5'], /--count/],
    [['--rate', '0'], /--rate must be a number from 0.01/],
    [['--invalid', '101'], /--invalid must be a number from 0 to 100 \(percent\)/],
    [['--duplicates=-1'], /--duplicates/],
    [['--seed', '9007199254740993'], /--seed/],
    [['--file', '/no/such/file'], /--file \/no\/such\/file cannot be read: ENOENT/],
    [['--file', 'order.json', '--invalid', '1'], /--invalid does not go with --file/],
    [['--cuont', '1'], /--cuont/],
    [['1000'], /1000/],
  ];
  for (const [args, message] of wrong) {
    test(`${args.join(' ')} is refused, by name`, async () => {
      const { code, stderr } = await run(args, { brokers: ['127.0.0.1:1'] });
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  test('--help needs no broker', async () => {
    const { code, stdout } = await run(['--help'], { brokers: ['127.0.0.1:1'] });
    assert.equal(code, 0);
    assert.match(stdout, /--duplicates/);
  });
});

suite('the records of a file', () => {
  const pretty = JSON.stringify(canonicalOrder, null, 2);
  const line = JSON.stringify(canonicalOrder);
  const cases: [string, string, string[]][] = [
    ['one document', pretty, [pretty]],
    ['one document with a byte-order mark', `\ufeff${line}`, [`\ufeff${line}`]],
    [
      'an array',
      `[ ${pretty} ,\n ${line}, {"x":[1,{"y":"],\\""}], "n":1.10}, 7 ]`,
      [pretty, line, '{"x":[1,{"y":"],\\""}], "n":1.10}', '7'],
    ],
    ['lines, a bad one among them', `${line}\r\n\n{"order_uid":\n${line}`, [line, '{"order_uid":', line]],
    ['what is not JSON', `${pretty.slice(0, -2)}\n`, [`${pretty.slice(0, -2)}\n`]],
    ['an empty array', '[]', []],
    ['nothing', ' \n', []],
  ];
  for (const [name, file, expected] of cases) {
    test(name, () => {
      assert.deepEqual(
        recordsOf(Buffer.from(file)).map(({ value }) => String(value)),
        expected,
      );
    });
  }
});

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'produce-test-'))));
after(() => rm(folder, { recursive: true, force: true }));

async function tempFile(text: string): Promise<string> {
  const file = join(folder, uniqueName('file'));
  await writeFile(file, text);
  return file;
}

interface Given {
  brokers?: string[];
  topic?: string;
  signal?: AbortSignal;
}

async function run(
  args: string[],
  { brokers = kafkaBrokers, topic = uniqueName('produce'), signal = never }: Given = {},
) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const code = await produce(args, { brokers, topic, partitions: 6 }, { stdout, stderr }, signal);
  return { code, stdout: stdout.text, stderr: stderr.text, topic };
}

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function verdictOn({ topic, partition, offset, timestamp, key, value }: Message) {
  return examine(
    { topic, topicId: '', partition, offset, timestamp, key, value: value ?? null, headers: [] },
    { checkTotals: true },
  );
}
