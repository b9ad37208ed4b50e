/** A client of server-sent events that reads as the standard says, and keeps what it has read. */
import { until } from './wait.ts';

export interface StreamEvent {
  id: string;
  event: string;
  data: string;
}

export class EventStream {
  readonly response: Response;
  readonly events: StreamEvent[] = [];
  comments = 0;
  ended = false;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    void this.#read();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const abort = new AbortController();
    return new EventStream(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  /** The first event that `matches`, whether it has come or is to come. */
  async event(
    what: string,
    matches: (event: StreamEvent) => boolean,
    timeoutMs = 10_000,
  ): Promise<StreamEvent> {
    return until(what, () => this.events.find(matches), timeoutMs);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    let text = '';
    try {
      for await (const chunk of this.response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) this.#take(block.split('\n'));
      }
    } catch {
      // Closed by one of the two sides; `ended` says it.
    }
    this.ended = true;
  }

  #take(lines: string[]): void {
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
    if (lines[0]?.startsWith(':')) this.comments++;
    else if (field('data')) this.events.push({ id: field('id'), event: field('event'), data: field('data') });
  }
}
