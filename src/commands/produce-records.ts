/** What `produce` sends, in order. Endless when `--count 0` says so. */
import { createRandom, generateOrder } from '../core/generate.ts';
import { corruptions } from '../core/spoil.ts';
import type { OutgoingRecord } from '../kafka/producer.ts';
import type { FileRecord } from './produce-file.ts';
import type { ProduceOptions } from './produce-options.ts';

/** A record with the reason why it is sent: `valid`, `duplicate`, `file`, or the name of a corruption. */
export interface Outgoing extends OutgoingRecord {
  kind: string;
}

/** The records of a file, once or as often as needed for `--count`. */
export function* cycled(records: FileRecord[], { count }: ProduceOptions): Generator<Outgoing> {
  const total = count ?? records.length;
  for (let index = 0; index < total; index++) yield { kind: 'file', ...records[index % records.length]! };
}

/** Orders made up from the seed, and bad records among them. */
export function* generated({ count = 10, seed, invalid }: ProduceOptions): Generator<Outgoing> {
  let spoilt = 0;
  for (let index = 0; index < count; index++) {
    const order = generateOrder(seed, index);
    if (isOneOf(invalid, index)) {
      // In turn, so that a few dozen bad records show every kind.
      const corruption = corruptions[((seed % corruptions.length) + spoilt++) % corruptions.length]!;
      const value = corruption.spoil(order, createRandom(seed, index));
      yield { kind: corruption.name, key: order.order_uid, value };
    } else {
      yield { kind: 'valid', key: order.order_uid, value: JSON.stringify(order) };
    }
  }
}

/** Sends some orders again, a few records after the first time. */
export function* withDuplicates(records: Iterable<Outgoing>, percent: number): Generator<Outgoing> {
  const again: Outgoing[] = [];
  let orders = 0;
  for (const record of records) {
    yield record;
    if (record.kind !== 'valid' && record.kind !== 'file') continue;
    if (isOneOf(percent, orders++)) again.push({ ...record, kind: 'duplicate' });
    if (again.length > 5) yield again.shift()!;
  }
  yield* again;
}

/** Spreads `percent` evenly: of the first n indexes it is true for n * percent / 100 of them, rounded. */
function isOneOf(percent: number, index: number): boolean {
  return Math.round(((index + 1) * percent) / 100) > Math.round((index * percent) / 100);
}
