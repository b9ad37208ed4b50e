/** The newest orders, live. Not while nobody sees the page: each stream takes one of the service's places. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { rowKey } from '../orders/orders-table.tsx';
import type { OrderSummary } from '../orders/use-orders.ts';
import { followEvents, type StreamState } from './event-stream.ts';

export type LiveOrders = {
  orders: OrderSummary[];
  /** Those that came while one watched. */
  fresh: Set<string>;
  /** How many came that were not named, since the watching began. */
  unnamed: number;
  state: StreamState;
};

type LiveEvent = { orders: OrderSummary[]; more: number };

const maxRows = 20;

export function useLiveOrders(paused: boolean): LiveOrders {
  const [live, setLive] = useState<LiveOrders>({
    orders: [],
    fresh: new Set(),
    unnamed: 0,
    state: 'connecting',
  });
  const waiting = useRef<LiveEvent[]>([]);
  const isPaused = useRef(paused);
  const seen = useVisible();

  useEffect(() => {
    isPaused.current = paused;
    if (paused) return;
    const events = waiting.current.splice(0);
    if (events.length > 0) setLive((now) => events.reduce(add, now));
  }, [paused]);

  useEffect(() => {
    if (!seen) return undefined;
    const stop = new AbortController();
    const stream = {
      onEvent(data: string) {
        const event = JSON.parse(data) as LiveEvent;
        if (!isPaused.current) return setLive((now) => add(now, event));
        // What a screen holds is enough; the rest of it is counted.
        const merged = [...waiting.current, event].reduce<LiveEvent>(
          (all, { orders, more }) => {
            const both = [...orders, ...all.orders];
            return {
              orders: both.slice(0, maxRows),
              more: all.more + more + Math.max(0, both.length - maxRows),
            };
          },
          { orders: [], more: 0 },
        );
        waiting.current = [merged];
      },
      onState: (state: StreamState) => setLive((now) => ({ ...now, state })),
    };
    void followEvents('/api/events', stream, stop.signal);
    return () => stop.abort();
  }, [seen]);

  return live;
}

function add(now: LiveOrders, { orders, more }: LiveEvent): LiveOrders {
  const known = new Set(now.orders.map(rowKey));
  const added = orders.filter((order) => !known.has(rowKey(order)));
  const rows = [...added, ...now.orders].toSorted((a, b) => (a.received_at < b.received_at ? 1 : -1));
  return {
    ...now,
    orders: rows.slice(0, maxRows),
    // The first event is what was there before.
    fresh: now.orders.length === 0 ? new Set() : new Set(added.map(rowKey)),
    unnamed: now.unnamed + more,
  };
}

/** Whether the page is seen, as opposed to in a tab behind another. */
export function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const follow = (): void => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return visible;
}
