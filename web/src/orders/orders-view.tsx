import { useSpeech } from '../language/language.ts';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { MoreButton } from '../parts/more-button.tsx';
import { Notice } from '../parts/notice.tsx';
import { Value } from '../parts/value.tsx';
import type { Go, Key } from '../route.ts';
import { OrdersTable } from './orders-table.tsx';
import { useOrders } from './use-orders.ts';

export function OrdersView({ by, value, go }: { by: Key; value: string; go: Go }) {
  const { t } = useSpeech();
  const { listing, retry, more } = useOrders(by, value);
  const words = t.orders[by];
  if (listing.kind === 'loading') return <div class="table-skeleton" aria-busy="true" />;
  if (listing.kind !== 'listed') {
    return <FailureNotice view={listing} about={value} subject="list" onRetry={retry} />;
  }
  const { orders, next } = listing;
  if (orders.length === 0) {
    return (
      <Notice icon="search" tone="neutral" heading={words.none} text={t.orders.noneText} about={value} />
    );
  }
  const count = t.orders.count(orders.length);
  return (
    <section class="orders" aria-labelledby="orders-heading">
      <header class="order-head">
        <div class="order-title">
          <p class="eyebrow">{words.eyebrow}</p>
          <h1 id="orders-heading" class="mono">
            <Value text={value} />
          </h1>
        </div>
        <p class="aside" role="status">
          {next === null ? count : t.orders.first(count)}
        </p>
      </header>
      <div class="card">
        <OrdersTable orders={orders} go={go} label={words.eyebrow} />
      </div>
      {next !== null && <MoreButton state={listing.more} more={more} />}
    </section>
  );
}
