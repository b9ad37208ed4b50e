/** An `onProgress` whose messages can be waited for. */
export class Progress {
  readonly messages: string[] = [];
  #waiting: { pattern: RegExp; resolve: (message: string) => void }[] = [];

  readonly told = (message: string): void => {
    this.messages.push(message);
    for (const { pattern, resolve } of this.#waiting) if (pattern.test(message)) resolve(message);
    this.#waiting = this.#waiting.filter(({ pattern }) => !pattern.test(message));
  };

  /** Resolves with the first message from now on that matches; throws when there is none for 30 s. */
  next(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`Not told within 30 s: ${pattern}`)), 30_000);
      this.#waiting.push({
        pattern,
        resolve: (message) => {
          clearTimeout(timeout);
          resolve(message);
        },
      });
    });
  }
}
