import { useSpeech } from '../language/language.ts';
import type { Source } from '../order/fetch-order.ts';
import type { OrderDocument } from '../order/document.ts';
import { addressOf, type Go } from '../route.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import { KeyLink } from './key-link.tsx';
import { Time } from './time.tsx';

type Props = {
  document: OrderDocument;
  source: Source | undefined;
  showsJson: boolean;
  onJson: (shown: boolean) => void;
  go: Go;
};

export function OrderHead({ document, source, showsJson, onJson, go }: Props) {
  const { t, format } = useSpeech();
  const { order, text } = document;
  const { order_uid, payment, track_number, customer_id } = order;
  const api = `${location.origin}/api/orders/${encodeURIComponent(order_uid)}`;
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
          <CopyButton
            text={location.origin + addressOf({ view: 'order', uid: order_uid })}
            label={t.copyLink}
            icon="link"
          />
          <CopyButton text={text} label={t.copyJson} icon="copy" />
          <CopyButton text={`curl -fsS '${api}'`} label={t.copyCurl} icon="terminal" />
          <button
            class="button toggle"
            type="button"
            aria-pressed={showsJson}
            title={t.jsonHint}
            onClick={() => onJson(!showsJson)}
          >
            <Icon name="code" />
            {t.json}
          </button>
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
            <KeyLink by="track_number" value={track_number} go={go} />
          </dd>
        </div>
        <div>
          <dt>{t.customer}</dt>
          <dd>
            <KeyLink by="customer_id" value={customer_id} go={go} />
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
