/** The list of dead letters, filtered, page by page. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { askForJson, type Failure } from '../http/ask.ts';
import { useWhenOnline } from '../order/use-order.ts';
import { wordsOf, type Filter, type Summary } from './dead-letter.ts';

export type Listing =
  | { kind: 'loading' }
  | {
      kind: 'listed';
      letters: Summary[];
      next: string | null;
      more: 'idle' | 'loading' | 'failed';
      since: number;
    }
  | (Failure & { attempt: number; retrying: boolean });

type Page = { dead_letters: Summary[]; next_cursor: string | null };

const pageSize = 50;

export function useDeadLetters(filter: Filter) {
  const [listing, setListing] = useState<Listing>({ kind: 'loading' });
  const flight = useRef<AbortController>(undefined);

  const fetchPage = useCallback(
    async (cursor: string | null, now: number) => {
      flight.current?.abort();
      const { signal } = (flight.current = new AbortController());
      const query = new URLSearchParams({
        limit: String(pageSize),
        ...wordsOf(filter, now),
        ...(filter.status !== '' && { status: filter.status }),
        ...(cursor !== null && { cursor }),
      });
      const answer = await askForJson(`/api/dead-letters?${query}`, signal);
      return signal.aborted ? undefined : answer;
    },
    [filter],
  );

  const load = useCallback(async () => {
    const now = Date.now();
    // What is listed stays until the answer: a filter being typed shall not make the page flash.
    setListing((before) =>
      'attempt' in before
        ? { ...before, retrying: true }
        : before.kind === 'listed'
          ? before
          : { kind: 'loading' },
    );
    const answer = await fetchPage(null, now);
    if (answer === undefined) return;
    if (answer.kind !== 'answered') {
      return setListing((before) => ({
        ...answer,
        attempt: 'attempt' in before ? before.attempt + 1 : 1,
        retrying: false,
      }));
    }
    const { dead_letters, next_cursor } = answer.value as Page;
    setListing({ kind: 'listed', letters: dead_letters, next: next_cursor, more: 'idle', since: now });
  }, [fetchPage]);

  const more = async (): Promise<void> => {
    if (listing.kind !== 'listed' || listing.next === null) return;
    setListing({ ...listing, more: 'loading' });
    const answer = await fetchPage(listing.next, listing.since);
    if (answer === undefined) return;
    if (answer.kind !== 'answered') return setListing({ ...listing, more: 'failed' });
    const { dead_letters, next_cursor } = answer.value as Page;
    setListing({
      ...listing,
      letters: [...listing.letters, ...dead_letters],
      next: next_cursor,
      more: 'idle',
    });
  };

  useEffect(() => void load(), [load]);
  const reload = useCallback(() => void load(), [load]);
  useWhenOnline(listing.kind, reload);
  return { listing, reload, more };
}
