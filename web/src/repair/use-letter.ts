/** One dead letter, and whether what is typed for it would be an order. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { askForJson, type Failure } from '../http/ask.ts';
import { useWhenOnline } from '../order/use-order.ts';
import type { Letter, Result } from './dead-letter.ts';

export type LetterView =
  | { kind: 'loading' }
  | { kind: 'shown'; letter: Letter }
  | (Failure & { attempt: number; retrying: boolean });

export function useLetter(id: string) {
  const [view, setView] = useState<LetterView>({ kind: 'loading' });
  const flight = useRef<AbortController>(undefined);
  const load = useCallback(async (): Promise<void> => {
    flight.current?.abort();
    const { signal } = (flight.current = new AbortController());
    setView((now) => ('attempt' in now ? { ...now, retrying: true } : now));
    const answer = await askForJson(`/api/dead-letters/${encodeURIComponent(id)}`, signal);
    if (signal.aborted) return;
    setView((now) =>
      answer.kind === 'answered'
        ? { kind: 'shown', letter: answer.value as Letter }
        : { ...answer, attempt: 'attempt' in now ? now.attempt + 1 : 1, retrying: false },
    );
  }, [id]);
  useEffect(() => void load(), [load]);
  const reload = useCallback(() => void load(), [load]);
  useWhenOnline(view.kind, reload);
  return { view, reload };
}

export type Check =
  | { kind: 'checking'; of: string }
  | { kind: 'checked'; of: string; result: Result }
  | { kind: 'failed'; of: string; failure: Failure };

/** Long enough for the next key, short enough to feel at once. */
const typingMs = 250;

/**
 * What the service says to `text`, asked in a dry run a moment after each change: the same that a replay would say,
 * the database included. The answer that counts is the one to what stands there now.
 */
export function useCheck(id: string, text: string, original: string, isOpen: boolean): Check {
  const [check, setCheck] = useState<Check>({ kind: 'checking', of: text });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!isOpen) return undefined;
    const stop = new AbortController();
    const ask = async (): Promise<void> => {
      const result = await replay(id, text, original, true, stop.signal);
      if (!stop.signal.aborted) setCheck({ of: text, ...result });
    };
    const timer = setTimeout(() => void ask(), typingMs);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, text, original, isOpen, attempt]);
  const failed = check.kind === 'failed' && check.of === text;
  useEffect(() => {
    if (!failed) return undefined;
    const timer = setTimeout(() => setAttempt((attempt) => attempt + 1), 3_000);
    return () => clearTimeout(timer);
  }, [failed, attempt]);
  return check.of === text ? check : { kind: 'checking', of: text };
}

/** Without a value the record's own bytes are taken: also those that a text cannot hold. */
export async function replay(
  id: string,
  text: string,
  original: string,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<{ kind: 'checked'; result: Result } | { kind: 'failed'; failure: Failure }> {
  const body = { ...(text !== original && { value: { text } }), dry_run: dryRun };
  const answer = await askForJson(`/api/dead-letters/${encodeURIComponent(id)}/replay`, signal, body);
  return answer.kind === 'answered'
    ? { kind: 'checked', result: answer.value as Result }
    : { kind: 'failed', failure: answer };
}
