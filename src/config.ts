/** Settings: from the environment to one frozen object. The only reader of `process.env`. */
import { isLoopback } from './http/server.ts';

export interface Config {
  kafka: {
    /** `undefined`: the embedded Kafka is started. */
    brokers: string[] | undefined;
    topic: string;
    partitions: number;
    groupId: string;
  };
  /** `undefined`: the embedded PostgreSQL is started. */
  databaseUrl: string | undefined;
  http: { host: string; port: number };
  cache: { capacity: number; maxBytes: number };
  batch: { maxRecords: number; maxBytes: number; lingerMs: number };
  checkTotals: boolean;
  deadLetters: {
    /** `undefined`: they are kept in the table alone. */
    topic: string | undefined;
    /** `undefined`: they are kept for ever. */
    retentionDays: number | undefined;
  };
  embedded: { dataDir: string; kafkaPort: number; postgresPort: number };
  logLevel: string;
}

/** Settings that cannot be used; the message names each of them and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: string[]) {
    super(problems.join('\n'));
  }
}

const optionalTopic = /^[A-Za-z0-9._-]{0,249}$/;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * Reads the settings. An empty value counts as none.
 *
 * @throws {ConfigError} naming every setting that is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;
  const matching = (name: string, fallback: string, pattern: RegExp, what: string) => {
    const value = text(name, fallback);
    if (!pattern.test(value)) problems.push(`${name} must be ${what}, not "${value}"`);
    return value;
  };
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const value = text(name, String(fallback));
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      problems.push(`${name} must be a whole number from ${min} to ${max}, not "${value}"`);
    }
    return number;
  };
  const oneOf = (name: string, fallback: string, values: string[]) => {
    const value = text(name, fallback);
    if (!values.includes(value)) problems.push(`${name} must be one of ${values.join(', ')}, not "${value}"`);
    return value;
  };

  const config: Config = {
    kafka: {
      brokers: brokers(text('KAFKA_BROKERS', ''), problems),
      topic: matching(
        'KAFKA_TOPIC',
        'orders',
        /^[A-Za-z0-9._-]{1,249}$/,
        'a topic name (letters, digits, . _ -)',
      ),
      partitions: integer('KAFKA_TOPIC_PARTITIONS', 6, 1, 10_000),
      groupId: matching('KAFKA_GROUP_ID', 'order-service', /^\S{1,255}$/, 'a name without spaces'),
    },
    databaseUrl: databaseUrl(text('DATABASE_URL', ''), problems),
    http: {
      host: matching('HTTP_HOST', '127.0.0.1', /^\S+$/, 'a host name or address'),
      port: integer('HTTP_PORT', 8080, 0, 65_535),
    },
    cache: {
      capacity: integer('CACHE_CAPACITY', 100, 0, 10_000_000),
      maxBytes: integer('CACHE_MAX_BYTES', 64 * 1024 * 1024, 0, Number.MAX_SAFE_INTEGER),
    },
    batch: {
      maxRecords: integer('BATCH_MAX_RECORDS', 2_000, 1, 50_000),
      maxBytes: integer('BATCH_MAX_BYTES', 4 * 1024 * 1024, 1, 256 * 1024 * 1024),
      lingerMs: integer('BATCH_LINGER_MS', 2, 0, 10_000),
    },
    checkTotals: oneOf('CHECK_TOTALS', 'off', ['on', 'off']) === 'on',
    deadLetters: {
      topic:
        matching('DEAD_LETTER_TOPIC', '', optionalTopic, 'a topic name (letters, digits, . _ -)') ||
        undefined,
      retentionDays:
        text('DEAD_LETTER_RETENTION_DAYS', '') === ''
          ? undefined
          : integer('DEAD_LETTER_RETENTION_DAYS', 0, 1, 36_500),
    },
    embedded: {
      dataDir: text('DATA_DIR', '.data'),
      kafkaPort: integer('EMBEDDED_KAFKA_PORT', 9092, 0, 65_535),
      postgresPort: integer('EMBEDDED_POSTGRES_PORT', 5433, 0, 65_535),
    },
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
  };
  const auth = matching('AUTH', '', /^(off)?$/, 'off, or not set');
  if (!isLoopback(config.http.host) && auth !== 'off') {
    problems.push(
      `HTTP_HOST is ${config.http.host}: orders hold personal data and would be open to all who reach this address. ` +
        'Set AUTH=off to say that this is meant (something before the service guards it), or leave HTTP_HOST at 127.0.0.1',
    );
  }
  if (config.deadLetters.topic === config.kafka.topic) {
    problems.push(
      `DEAD_LETTER_TOPIC must be another topic than KAFKA_TOPIC (${config.kafka.topic}): dead letters would come back as orders`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(config);
}

function brokers(value: string, problems: string[]): string[] | undefined {
  if (value === '') return undefined;
  const list = value.split(',').map((broker) => broker.trim());
  for (const broker of list) {
    const port = Number(/^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(broker)?.[1]);
    if (!(port >= 1 && port <= 65_535)) {
      problems.push(`KAFKA_BROKERS must be host:port, several separated by commas, not "${broker}"`);
    }
  }
  return list;
}

/** The value is not repeated: it holds a password. */
function databaseUrl(value: string, problems: string[]): string | undefined {
  if (value === '') return undefined;
  const url = URL.parse(value);
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    problems.push('DATABASE_URL must be like postgresql://user:password@host:5432/database');
  }
  return value;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
