/** Questions that come one by one, asked several at a time. */

interface Waiting<T> {
  key: string;
  since: number;
  resolve: (answer: T | undefined) => void;
  reject: (error: unknown) => void;
}

export interface GatherOptions<T> {
  /** The answers by key; a key that has none is left out. */
  ask: (keys: string[]) => Promise<Map<string, T>>;
  /** Most questions under way at once. */
  atOnce: number;
  /** Most keys in one. */
  maxKeys: number;
  /** Longest wait for a question, in milliseconds: who asks for more than can be answered shall know. */
  patienceMs: number;
}

/**
 * A key that comes while nothing is asked goes at once. Those that come while `atOnce` questions are under way are
 * gathered for the next: the more come, the less each costs. When a question fails, those who wait behind it are not
 * made to wait for another: whom they would ask does not answer.
 */
export class Gather<T> {
  readonly #options: GatherOptions<T>;
  #waiting: Waiting<T>[] = [];
  #underWay = 0;

  constructor(options: GatherOptions<T>) {
    this.#options = options;
  }

  /** The answer to `key`. Rejects when the question that it went into failed, or one that it waited behind. */
  get(key: string): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, since: performance.now(), resolve, reject });
      this.#askNext();
    });
  }

  #askNext(): void {
    const { ask, atOnce, maxKeys } = this.#options;
    if (this.#waiting.length === 0 || this.#underWay === atOnce) return;
    this.#refuseLate();
    if (this.#waiting.length === 0) return;
    const asked = this.#waiting.splice(0, maxKeys);
    this.#underWay++;
    ask(asked.map(({ key }) => key))
      .then(
        (answers) => asked.forEach(({ key, resolve }) => resolve(answers.get(key))),
        (error: unknown) => [...asked, ...this.#waiting.splice(0)].forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.#underWay--;
        this.#askNext();
      });
  }

  #refuseLate(): void {
    const limit = performance.now() - this.#options.patienceMs;
    const inTime = this.#waiting.findIndex(({ since }) => since >= limit);
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime);
    for (const { reject } of late) reject(new Error('More is asked for than the database answers in time.'));
  }
}
