/** Durations in few bytes: counts in classes that grow by a twelfth, so that a percentile is right within 9 %. */
const classesPerOctave = 8;
const octaves = 27;

/** The shortest duration that is told from zero. */
const smallestMs = 0.001;

export class Latencies {
  readonly #counts = new Uint32Array(octaves * classesPerOctave);
  #total = 0;

  add(ms: number): void {
    const index = Math.floor(Math.log2(Math.max(ms, smallestMs) / smallestMs) * classesPerOctave);
    this.#counts[Math.min(index, this.#counts.length - 1)]!++;
    this.#total++;
  }

  /** The duration that `share` (0 to 1) of all do not exceed; `undefined` when there are none. */
  percentile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    let left = Math.max(1, Math.ceil(this.#total * share));
    const index = this.#counts.findIndex((count) => (left -= count) <= 0);
    return smallestMs * 2 ** ((index + 0.5) / classesPerOctave);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
