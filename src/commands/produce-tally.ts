/** What `produce` has sent: counted as it is acknowledged, shown while it runs and at the end. */
import type { WriteStream } from 'node:tty';
import type { Outgoing } from './produce-records.ts';

/** Standard error, perhaps of a person. */
export type Terminal = NodeJS.WritableStream & Pick<Partial<WriteStream>, 'isTTY'>;

const grouped = new Intl.NumberFormat('en');
const progressEveryMs = 200;

export class Tally {
  readonly #startedAt = performance.now();
  readonly #terminal: Terminal | undefined;
  readonly #byKind = new Map<string, number>();
  #acknowledged = 0;
  #sampleUid: string | undefined;
  #shownAt = 0;

  /** Progress is shown only where `stderr` is a terminal. */
  constructor(stderr: Terminal) {
    this.#terminal = stderr.isTTY ? stderr : undefined;
  }

  add(acknowledged: Outgoing[]): void {
    for (const { kind, key } of acknowledged) {
      this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
      if (kind === 'valid' || kind === 'file') this.#sampleUid ??= key?.toString();
    }
    this.#acknowledged += acknowledged.length;
    this.#showProgress();
  }

  /** Ends the line of progress. */
  summary(seed: number | undefined, pageUrl: string): string {
    this.#terminal?.write('\r\x1b[K');
    const { valid = 0, file = 0, duplicate = 0, ...invalid } = Object.fromEntries(this.#byKind);
    const kinds = Object.entries(invalid).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const invalidCount = kinds.reduce((sum, [, count]) => sum + count, 0);
    const parts = [
      seed === undefined ? `${grouped.format(file)} from the file` : `${grouped.format(valid)} valid`,
      `${grouped.format(invalidCount)} invalid`,
      `${grouped.format(duplicate)} duplicates`,
    ];
    const lines = [
      `Sent ${grouped.format(this.#acknowledged)} records in ${this.#rate()}: ${parts.join(', ')}.`,
    ];
    if (kinds.length > 0)
      lines.push(`Invalid: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}.`);
    if (seed !== undefined) lines.push(`Seed ${seed}: --seed ${seed} makes the same records again.`);
    if (this.#sampleUid !== undefined) lines.push(`See one: ${linkTo(this.#sampleUid, pageUrl)}`);
    return `${lines.join('\n')}\n`;
  }

  #rate(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return `${seconds.toFixed(1)} s (${grouped.format(Math.round(this.#acknowledged / seconds))}/s)`;
  }

  #showProgress(): void {
    if (!this.#terminal || performance.now() - this.#shownAt < progressEveryMs) return;
    this.#shownAt = performance.now();
    this.#terminal.write(`\r\x1b[KSent ${grouped.format(this.#acknowledged)} in ${this.#rate()}`);
  }
}

function linkTo(orderUid: string, pageUrl: string): string {
  const url = new URL(pageUrl);
  url.searchParams.set('order_uid', orderUid);
  return url.href;
}
