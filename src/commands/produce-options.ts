/** The flags of `produce`. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { maxSeed } from '../core/generate.ts';
import { UsageError } from './usage.ts';

export interface ProduceOptions {
  help: boolean;
  /** `Infinity` until Ctrl-C; `undefined` when not given: 10 orders, or a file once. */
  count: number | undefined;
  /** Records a second; `undefined` for as fast as possible. */
  rate: number | undefined;
  /** Percent of the generated records. */
  invalid: number;
  /** Percent of the orders. */
  duplicates: number;
  file: string | undefined;
  seed: number;
}

export const help = `Sends orders to Kafka.

  node src/main.ts produce [flags]

  --count N         how many; 0: until Ctrl-C (10, or a file once)
  --rate N          records a second (as fast as possible)
  --invalid P       percent of bad records, of every kind in turn (0)
  --duplicates P    percent of orders that are sent a second time, byte for byte (0)
  --file F          sends the orders of a file as they are instead: one JSON document, a JSON array,
                    or one document a line; - is standard input
  --seed S          makes the same orders again; the summary of a run names its seed (random)
  --help

Where to: KAFKA_BROKERS and KAFKA_TOPIC. A missing topic is created.
`;

/** Reads the arguments after `produce`. Throws UsageError. */
export function parseOptions(args: string[]): ProduceOptions {
  const { values } = parse(args);
  if (values.file !== undefined && values.invalid !== undefined) {
    throw new UsageError(
      '--invalid does not go with --file: the records of a file are sent as they are. Leave one out.',
    );
  }
  const count = integer('--count', values.count, Number.MAX_SAFE_INTEGER);
  return {
    help: values.help,
    count: count === 0 ? Infinity : count,
    rate: number('--rate', values.rate, 0.01, 1_000_000, 'records a second'),
    invalid: number('--invalid', values.invalid, 0, 100, 'percent') ?? 0,
    duplicates: number('--duplicates', values.duplicates, 0, 100, 'percent') ?? 0,
    file: values.file,
    seed: integer('--seed', values.seed, maxSeed) ?? randomInt(2 ** 48 - 1),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        count: { type: 'string' },
        rate: { type: 'string' },
        invalid: { type: 'string' },
        duplicates: { type: 'string' },
        file: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nAll flags: node src/main.ts produce --help`);
  }
}

function integer(flag: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,16}$/.test(text) && Number(text) <= max) return Number(text);
  throw new UsageError(
    `${flag} must be a whole number from 0 to ${max}, not "${text}". For example: ${flag} 100`,
  );
}

function number(flag: string, text: string | undefined, min: number, max: number, unit: string) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(
    `${flag} must be a number from ${min} to ${max} (${unit}), not "${text}". For example: ${flag} 10`,
  );
}
