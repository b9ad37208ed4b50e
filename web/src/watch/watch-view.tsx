import { useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { OrdersTable } from '../orders/orders-table.tsx';
import { Icon } from '../parts/icons.tsx';
import type { Go } from '../route.ts';
import { Charts } from './charts.tsx';
import { StateCard } from './state-card.tsx';
import { useLiveOrders } from './use-live-orders.ts';
import { useStats } from './use-stats.ts';

export function WatchView({ go }: { go: Go }) {
  const { t, format } = useSpeech();
  const [paused, setPaused] = useState(false);
  const view = useStats();
  const { orders, fresh, unnamed, state } = useLiveOrders(paused);
  const shown = paused ? 'paused' : state;
  return (
    <section class="watch" aria-labelledby="watch-heading">
      <header class="watch-head">
        <h1 id="watch-heading">{t.watch.heading}</h1>
        <StateCard view={view} go={go} />
      </header>
      <Charts series={view.stats?.series} />
      <section class="card live" aria-labelledby="live-heading">
        <header class="card-head">
          <h2 id="live-heading">{t.watch.newest}</h2>
          <div class="live-state">
            <span class={`live-badge ${shown}`} role="status">
              <span class="live-dot" aria-hidden="true" />
              {t.watch.stream[shown]}
            </span>
            <button class="button" type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
              <Icon name={paused ? 'play' : 'pause'} />
              {paused ? t.watch.goOn : t.watch.pause}
            </button>
          </div>
        </header>
        {orders.length === 0 ? (
          <p class="live-empty">{state === 'live' ? t.watch.none : t.watch.stream[state]}</p>
        ) : (
          <OrdersTable orders={orders} go={go} label={t.watch.newest} fresh={fresh} />
        )}
        <p class="live-foot">{unnamed > 0 ? t.watch.unnamed(format.number(unnamed)) : ' '}</p>
      </section>
      <p class="note">{t.watch.note}</p>
    </section>
  );
}
