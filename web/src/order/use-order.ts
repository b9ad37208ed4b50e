/**
 * The order that the address names: `/?order_uid=…` is the one truth, searching changes the address, Back and
 * Forward change it too, and what is shown follows. The newest wish wins; an answer to an older one is dropped.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { fetchOrder, type Outcome } from './fetch-order.ts';
import { addressOfOrder, orderIdInAddress } from './order-id.ts';

export type View =
  | { kind: 'empty' }
  | { kind: 'loading'; uid: string }
  | (Outcome & { uid: string; attempt: number; retrying: boolean });

export type OrderLookup = {
  view: View;
  uid: string;
  search: (uid: string) => void;
  retry: () => void;
};

export function useOrder(): OrderLookup {
  const [uid, setUid] = useState(orderIdInAddress);
  const [view, setView] = useState<View>(uid === '' ? { kind: 'empty' } : { kind: 'loading', uid });
  const flight = useRef<AbortController>(undefined);

  const load = useCallback(async (uid: string, quietly: boolean): Promise<void> => {
    flight.current?.abort();
    const { signal } = (flight.current = new AbortController());
    setUid(uid);
    if (uid === '') return setView({ kind: 'empty' });
    // A retry leaves the words where they are instead of flashing a skeleton every few seconds.
    setView((now) => (quietly && 'attempt' in now ? { ...now, retrying: true } : { kind: 'loading', uid }));
    const outcome = await fetchOrder(uid, signal);
    if (signal.aborted) return;
    setView((now) => ({
      ...outcome,
      uid,
      attempt: 'attempt' in now ? now.attempt + 1 : 1,
      retrying: false,
    }));
  }, []);

  useEffect(() => {
    const follow = (): void => void load(orderIdInAddress(), false);
    follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, [load]);

  const search = useCallback(
    (uid: string) => {
      if (uid !== orderIdInAddress()) history.pushState(null, '', addressOfOrder(uid));
      scrollTo({ top: 0 });
      void load(uid, false);
    },
    [load],
  );
  const retry = useCallback(() => void load(uid, true), [load, uid]);

  const waitsForNetwork = view.kind === 'offline' || view.kind === 'no-answer';
  useEffect(() => {
    if (!waitsForNetwork) return undefined;
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [waitsForNetwork, retry]);

  return { view, uid, search, retry };
}
