/** The order that the address names. The newest wish wins; an answer to an older one is dropped. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../http/ask.ts';
import { rememberOrder } from '../preferences.ts';
import type { Go, Route } from '../route.ts';
import { fetchOrder, type Outcome } from './fetch-order.ts';

type Found = Extract<Outcome, { kind: 'found' }>;

export type View =
  | { kind: 'none' }
  | { kind: 'loading'; uid: string }
  | ((Found | Failure) & { uid: string; attempt: number; retrying: boolean });

export type OrderLookup = { view: View; retry: () => void };

export function useOrder(route: Route, go: Go): OrderLookup {
  const uid = route.view === 'order' ? route.uid : undefined;
  const [view, setView] = useState<View>(uid === undefined ? { kind: 'none' } : { kind: 'loading', uid });
  const flight = useRef<AbortController>(undefined);

  const load = useCallback(
    async (uid: string | undefined, quietly: boolean): Promise<void> => {
      flight.current?.abort();
      const { signal } = (flight.current = new AbortController());
      if (uid === undefined) return setView({ kind: 'none' });
      // A retry leaves the words where they are instead of flashing a skeleton every few seconds.
      setView((now) => (quietly && 'attempt' in now ? { ...now, retrying: true } : { kind: 'loading', uid }));
      const outcome = await fetchOrder(uid, signal);
      if (signal.aborted) return;
      if (outcome.kind === 'is-key') return go({ view: 'orders', by: outcome.by, value: uid }, 'replace');
      if (outcome.kind === 'found') rememberOrder(uid);
      setView((now) => ({
        ...outcome,
        uid,
        attempt: 'attempt' in now ? now.attempt + 1 : 1,
        retrying: false,
      }));
    },
    [go],
  );

  // By the route, not by its id: the same search again looks again.
  useEffect(() => void load(uid, false), [load, route]);
  const retry = useCallback(() => void load(uid, true), [load, uid]);
  useWhenOnline(view.kind, retry);

  return { view, retry };
}

/** What waits for the network goes on by itself when it is back. */
export function useWhenOnline(kind: string, retry: () => void): void {
  const waits = kind === 'offline' || kind === 'no-answer';
  useEffect(() => {
    if (!waits) return undefined;
    // It may have come back before anybody listened.
    if (kind === 'offline' && navigator.onLine) {
      retry();
      return undefined;
    }
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [kind, waits, retry]);
}
