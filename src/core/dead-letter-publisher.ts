/**
 * Dead letters go on to a topic of their own, from the table: what is in the table comes out at least once, whatever
 * fails in between, and in the order in which it was kept. What failed is tried again from where it stopped.
 */
import { backoffMs, pause } from './backoff.ts';
import type { DeadLetter } from './dead-letter.ts';

/** What became of those that were handed to the topic; the others have to be handed to it again. */
export interface Publication {
  /** Ids of those that were acknowledged. */
  published: string[];
  /** Those that the topic will never take, so that they don't hold up the others. */
  refused: { id: string; reason: string }[];
  /** Why not all of them are in one of the two. */
  fault?: unknown;
}

/** The port to the table. */
export interface DeadLetterOutbox {
  /**
   * Hands the oldest ones that were not published to `publish`, and notes what became of them. Resolves with
   * `undefined` when there are none, or when another instance is at it. Throws when the database does not answer;
   * what was not noted is then published again.
   */
  next(publish: (letters: DeadLetter[]) => Promise<Publication>): Promise<Publication | undefined>;
}

export interface PublisherObserver {
  published(publication: Publication): void;
  fault(event: { error: unknown; delayMs: number }): void;
}

/** How long until it looks by itself for what other instances have kept, in milliseconds. */
const idleMs = 2_000;

export class DeadLetterPublisher {
  readonly #outbox: DeadLetterOutbox;
  readonly #publish: (letters: DeadLetter[]) => Promise<Publication>;
  readonly #observer: PublisherObserver;
  #wake = new AbortController();

  constructor(parts: {
    outbox: DeadLetterOutbox;
    publish: (letters: DeadLetter[]) => Promise<Publication>;
    observer: PublisherObserver;
  }) {
    this.#outbox = parts.outbox;
    this.#publish = parts.publish;
    this.#observer = parts.observer;
  }

  /** There may be something to publish: looks at once. */
  wake(): void {
    this.#wake.abort();
  }

  /** Publishes until `stop` is aborted. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    for (let failed = 0; !stop.aborted;) {
      this.#wake = new AbortController();
      try {
        const publication = await this.#outbox.next(this.#publish);
        if (publication) this.#observer.published(publication);
        if (publication?.fault !== undefined) throw publication.fault;
        failed = 0;
        if (!publication) await pause(idleMs, AbortSignal.any([stop, this.#wake.signal]));
      } catch (error) {
        const delayMs = backoffMs(++failed);
        if (!stop.aborted) this.#observer.fault({ error, delayMs });
        await pause(delayMs, stop);
      }
    }
  }
}
