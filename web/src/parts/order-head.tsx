import type { Order } from '../../../src/core/order.ts';
import { useSpeech } from '../language/language.ts';
import type { Source } from '../order/fetch-order.ts';
import { addressOfOrder } from '../order/order-id.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import { Time } from './time.tsx';
import { Value } from './value.tsx';

export function OrderHead({ order, source }: { order: Order; source: Source | undefined }) {
  const { t, format } = useSpeech();
  const { order_uid, payment } = order;
  return (
    <>
      <header class="order-head">
        <div class="order-title">
          <p class="eyebrow">
            {t.order}
            {source !== undefined && <SourceBadge source={source} />}
          </p>
          <h1 id="order-heading" class="mono">
            <span>{order_uid}</span>
            <CopyButton text={order_uid} label={t.copyId} icon="copy" iconOnly />
          </h1>
        </div>
        <div class="order-actions">
          <CopyButton text={location.origin + addressOfOrder(order_uid)} label={t.copyLink} icon="link" />
          <a
            class="button"
            href={`/api/orders/${encodeURIComponent(order_uid)}`}
            target="_blank"
            rel="noreferrer"
            title={t.jsonHint}
          >
            <Icon name="code" />
            {t.json}
          </a>
        </div>
      </header>
      <dl class="summary card">
        <div>
          <dt>{t.total}</dt>
          <dd class="summary-amount">{format.money(payment.amount, payment.currency)}</dd>
        </div>
        <div>
          <dt>{t.created}</dt>
          <dd>
            <Time date={new Date(order.date_created)} sent={order.date_created} />
          </dd>
        </div>
        <div>
          <dt>{t.trackNumber}</dt>
          <dd>
            <Value text={order.track_number} />
          </dd>
        </div>
        <div>
          <dt>{t.customer}</dt>
          <dd>
            <Value text={order.customer_id} />
          </dd>
        </div>
      </dl>
    </>
  );
}

function SourceBadge({ source: { from, durationMs } }: { source: Source }) {
  const { t, format } = useSpeech();
  return (
    <span class={`badge ${from}`} title={from === 'cache' ? t.source.cacheHint : t.source.databaseHint}>
      <Icon name={from === 'cache' ? 'bolt' : 'database'} />
      <span>{t.source[from]}</span>
      {durationMs !== undefined && (
        <span class="badge-time">{t.milliseconds(format.duration(durationMs))}</span>
      )}
    </span>
  );
}
