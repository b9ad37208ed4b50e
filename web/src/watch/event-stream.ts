/**
 * Server-sent events by `fetch`. The browser's EventSource hides the heartbeats, so it can't tell a dead connection
 * from a quiet one, and it gives up for good at the first answer that is not 200.
 */
import { failureOf } from '../http/ask.ts';

export type StreamState = 'connecting' | 'live' | 'cut';

export type Stream = {
  onEvent: (data: string) => void;
  onState: (state: StreamState) => void;
};

/** Silent for longer than this it is dead: the service speaks every 15 s. */
const patienceMs = 35_000;

const shortestWaitMs = 1_000;
const longestWaitMs = 15_000;

/** No event is so long; what is, comes from something else. */
const longestEvent = 1_000_000;

/** Reads until `signal` is aborted, over cuts: each time it goes on behind the last event. */
export async function followEvents(path: string, stream: Stream, signal: AbortSignal): Promise<void> {
  let lastId = '';
  let waitMs = shortestWaitMs;
  stream.onState('connecting');
  while (!signal.aborted) {
    let askedForMs = 0;
    try {
      const attempt = new AbortController();
      const response = await fetch(path, {
        headers: { accept: 'text/event-stream', ...(lastId && { 'last-event-id': lastId }) },
        cache: 'no-store',
        signal: AbortSignal.any([signal, attempt.signal]),
      });
      if (response.status === 200 && response.body !== null) {
        waitMs = shortestWaitMs;
        stream.onState('live');
        await read(response.body, attempt, (id, data) => {
          if (id !== '') lastId = id;
          stream.onEvent(data);
        });
      } else {
        const failure = failureOf(response, '');
        // An id that the service no longer understands would be refused for ever.
        if (failure.kind === 'invalid') lastId = '';
        if ('retryAfterMs' in failure) askedForMs = failure.retryAfterMs;
        await response.body?.cancel();
      }
    } catch {
      // Cut; what follows is the same as after an end.
    }
    if (signal.aborted) return;
    stream.onState('cut');
    await pause(Math.max(askedForMs, waitMs * (0.75 + Math.random() / 2)), signal);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
}

async function read(
  body: ReadableStream<Uint8Array>,
  attempt: AbortController,
  onEvent: (id: string, data: string) => void,
): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = '';
  for (;;) {
    const watchdog = setTimeout(() => attempt.abort(), patienceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
    if (done) return;
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > longestEvent) return attempt.abort();
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string): string =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trimStart() ?? '';
      if (field('data') !== '') onEvent(field('id'), field('data'));
    }
  }
}

/** Ends early when the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
