/** The settings: what is read, what is documented, and what is refused. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from '../src/config.ts';

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A value that each setting refuses. Any text is a folder, so DATA_DIR has none. */
const wrong: Record<string, string> = {
  KAFKA_BROKERS: 'localhost',
  KAFKA_TOPIC: 'orders of today',
  KAFKA_TOPIC_PARTITIONS: '0',
  KAFKA_GROUP_ID: 'order service',
  DATABASE_URL: 'mysql://orders:hunter2@localhost/orders',
  HTTP_HOST: 'my host',
  HTTP_PORT: '65536',
  AUTH: 'on',
  CHECK_TOTALS: 'yes',
  CACHE_CAPACITY: '-1',
  CACHE_MAX_BYTES: '64MB',
  BATCH_MAX_RECORDS: '1e3',
  BATCH_MAX_BYTES: '0',
  BATCH_LINGER_MS: '1.5',
  DEAD_LETTER_TOPIC: 'dead letters',
  DEAD_LETTER_RETENTION_DAYS: '0',
  EMBEDDED_KAFKA_PORT: 'kafka',
  EMBEDDED_POSTGRES_PORT: '70000',
  LOG_LEVEL: 'verbose',
};

function settingsRead(): string[] {
  const names = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get(_target, name) {
        names.add(String(name));
        return undefined;
      },
    },
  );
  readConfig(env);
  return [...names].toSorted();
}

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n');
  }
  return [];
}

async function exampleDefaults(): Promise<Record<string, string>> {
  const text = await readFile(fileOf('.env.example'), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^#?([A-Z][A-Z_]*)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
}

/** The rows of the table of settings: | `NAME` | `default` or nothing | meaning | */
async function tableDefaults(readme: string): Promise<Record<string, string>> {
  const text = await readFile(fileOf(readme), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^\| `([A-Z][A-Z_]*)` *\| *(?:`([^`]*)`)? *\|/gm)].map(([, name, value]) => [
      name,
      value ?? '',
    ]),
  ) as Record<string, string>;
}

describe('documentation of the settings', () => {
  test('.env.example names each setting that is read, and no other', async () => {
    assert.deepEqual(Object.keys(await exampleDefaults()).toSorted(), settingsRead());
  });

  test('.env.example gives the defaults', async () => {
    const defaults = await exampleDefaults();
    assert.deepEqual(readConfig(defaults), readConfig({}));
    const none = Object.keys(defaults).filter((name) => defaults[name] === '');
    assert.deepEqual(none.toSorted(), [
      'AUTH',
      'DATABASE_URL',
      'DEAD_LETTER_RETENTION_DAYS',
      'DEAD_LETTER_TOPIC',
      'KAFKA_BROKERS',
    ]);
  });

  for (const readme of ['README.md', 'README.ru.md']) {
    test(`the table of ${readme} has the settings and the defaults of .env.example`, async () => {
      assert.deepEqual(await tableDefaults(readme), await exampleDefaults());
    });
  }
});

describe('readConfig', () => {
  test('names all settings that are wrong, at once', () => {
    const problems = problemsOf(wrong);
    for (const name of Object.keys(wrong)) {
      assert.ok(
        problems.some((problem) => problem.startsWith(`${name} `)),
        `${name} is not named in:\n${problems.join('\n')}`,
      );
    }
    assert.deepEqual([...Object.keys(wrong), 'DATA_DIR'].toSorted(), settingsRead());
  });

  test('does not repeat the password of DATABASE_URL', () => {
    assert.doesNotMatch(problemsOf(wrong).join('\n'), /hunter2/);
  });

  test('takes an empty value and white space for none', () => {
    const empty = Object.fromEntries(settingsRead().map((name) => [name, ' ']));
    assert.deepEqual(readConfig(empty), readConfig({}));
  });

  test('refuses to send dead letters to the topic that they come from', () => {
    assert.match(problemsOf({ DEAD_LETTER_TOPIC: 'orders' }).join(), /^DEAD_LETTER_TOPIC must be another/);
    const { deadLetters } = readConfig({
      DEAD_LETTER_TOPIC: 'orders.dead',
      DEAD_LETTER_RETENTION_DAYS: '30',
    });
    assert.deepEqual(deadLetters, { topic: 'orders.dead', retentionDays: 30 });
    assert.deepEqual(readConfig({}).deadLetters, { topic: undefined, retentionDays: undefined });
  });

  test('is frozen to its last member', () => {
    const config = readConfig({ KAFKA_BROKERS: 'a:1, b:2' });
    assert.deepEqual(config.kafka.brokers, ['a:1', 'b:2']);
    for (const part of [config, config.kafka, config.kafka.brokers, config.http, config.batch]) {
      assert.ok(Object.isFrozen(part));
    }
  });

  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'orders.example', '::ffff:127.0.0.1']) {
    test(`I8: HTTP_HOST=${host} is refused without AUTH=off`, () => {
      const [problem, ...others] = problemsOf({ HTTP_HOST: host });
      assert.match(problem ?? '', /^HTTP_HOST is .*AUTH=off/);
      assert.deepEqual(others, []);
      assert.equal(readConfig({ HTTP_HOST: host, AUTH: 'off' }).http.host, host);
    });
  }

  for (const host of ['127.0.0.1', '127.0.0.53', '::1', 'localhost']) {
    test(`HTTP_HOST=${host} needs no AUTH`, () => {
      assert.equal(readConfig({ HTTP_HOST: host }).http.host, host);
    });
  }
});

test('the command line says what is wrong and ends with 2', async () => {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [fileOf('src/main.ts'), 'serve'],
      // Not the folder of the project: a .env that a developer keeps there is not for tests.
      { cwd: tmpdir(), env: { HTTP_HOST: '0.0.0.0', HTTP_PORT: 'http' } },
      (error, _stdout, stderr) => resolve({ code: error?.code, stderr }),
    );
  });
  assert.equal(code, 2);
  assert.match(stderr, /^order-service: HTTP_PORT must be .*\norder-service: HTTP_HOST is .*\n$/);
});
