import { useState } from 'preact/hooks';
import type { OrderDocument } from '../order/document.ts';
import type { Source } from '../order/fetch-order.ts';
import type { Contact } from '../order/mask.ts';
import { prefersJson, rememberJson } from '../preferences.ts';
import type { Go } from '../route.ts';
import { DeliveryCard } from './delivery-card.tsx';
import { DetailsCard } from './details-card.tsx';
import { ItemsCard } from './items-card.tsx';
import { JsonPanel } from './json-panel.tsx';
import { OrderHead } from './order-head.tsx';
import { PaymentCard } from './payment-card.tsx';
import { UnknownFields } from './unknown-fields.tsx';

type Props = { document: OrderDocument; source: Source | undefined; go: Go };

export function OrderView({ document, source, go }: Props) {
  const { order, unknown } = document;
  const [showsJson, setShowsJson] = useState(prefersJson);
  const [revealed, setRevealed] = useState<Contact[]>([]);
  return (
    <article class={showsJson ? 'order with-json' : 'order'} aria-labelledby="order-heading">
      <OrderHead
        document={document}
        source={source}
        showsJson={showsJson}
        onJson={(shown) => {
          rememberJson(shown);
          setShowsJson(shown);
        }}
        go={go}
      />
      <div class="order-body">
        <div class="laid-out">
          <div class="columns">
            <div class="column">
              <ItemsCard order={order} />
              <PaymentCard payment={order.payment} />
            </div>
            <div class="column">
              <DeliveryCard
                delivery={order.delivery}
                service={order.delivery_service}
                revealed={revealed}
                onReveal={(contact) => setRevealed([...revealed, contact])}
              />
              <DetailsCard order={order} />
            </div>
          </div>
          {unknown.length > 0 && <UnknownFields fields={unknown} />}
        </div>
        {showsJson && <JsonPanel document={document} revealed={revealed} />}
      </div>
    </article>
  );
}
