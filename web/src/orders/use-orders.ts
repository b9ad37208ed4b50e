/** The orders of a track number or a customer, page by page. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { askForJson, type Failure } from '../http/ask.ts';
import { useWhenOnline } from '../order/use-order.ts';
import type { Key } from '../route.ts';

export type OrderSummary = {
  order_uid: string;
  track_number: string;
  customer_id: string;
  date_created: string;
  amount: number;
  currency: string;
  items: number;
  received_at: string;
};

export type OrderPage = { orders: OrderSummary[]; next_cursor: string | null };

export type Listing =
  | { kind: 'loading' }
  | { kind: 'listed'; orders: OrderSummary[]; next: string | null; more: 'idle' | 'loading' | 'failed' }
  | (Failure & { attempt: number; retrying: boolean });

const pageSize = 50;

export function useOrders(by: Key, value: string) {
  const [listing, setListing] = useState<Listing>({ kind: 'loading' });
  const flight = useRef<AbortController>(undefined);

  const fetchPage = useCallback(
    (cursor: string | null) => {
      flight.current?.abort();
      const { signal } = (flight.current = new AbortController());
      const query = `limit=${pageSize}&${by}=${encodeURIComponent(value)}${cursor ? `&cursor=${cursor}` : ''}`;
      return askForJson(`/api/orders?${query}`, signal).then((answer) =>
        signal.aborted ? undefined : answer,
      );
    },
    [by, value],
  );

  const begin = useCallback(
    async (quietly: boolean) => {
      setListing((now) => (quietly && 'attempt' in now ? { ...now, retrying: true } : { kind: 'loading' }));
      const answer = await fetchPage(null);
      if (answer === undefined) return;
      if (answer.kind === 'answered') {
        const { orders, next_cursor } = answer.value as OrderPage;
        return setListing({ kind: 'listed', orders, next: next_cursor, more: 'idle' });
      }
      setListing((now) => ({ ...answer, attempt: 'attempt' in now ? now.attempt + 1 : 1, retrying: false }));
    },
    [fetchPage],
  );

  const more = async (): Promise<void> => {
    if (listing.kind !== 'listed' || listing.next === null) return;
    setListing({ ...listing, more: 'loading' });
    const answer = await fetchPage(listing.next);
    if (answer === undefined) return;
    if (answer.kind !== 'answered') return setListing({ ...listing, more: 'failed' });
    const { orders, next_cursor } = answer.value as OrderPage;
    setListing({
      kind: 'listed',
      orders: [...listing.orders, ...orders],
      next: next_cursor,
      more: 'idle',
    });
  };

  useEffect(() => void begin(false), [begin]);
  const retry = useCallback(() => void begin(true), [begin]);
  useWhenOnline(listing.kind, retry);
  return { listing, retry, more };
}
