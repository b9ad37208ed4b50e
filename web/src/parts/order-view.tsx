import type { OrderDocument } from '../order/document.ts';
import type { Source } from '../order/fetch-order.ts';
import { DeliveryCard } from './delivery-card.tsx';
import { DetailsCard } from './details-card.tsx';
import { ItemsCard } from './items-card.tsx';
import { OrderHead } from './order-head.tsx';
import { PaymentCard } from './payment-card.tsx';
import { UnknownFields } from './unknown-fields.tsx';

export function OrderView({ document, source }: { document: OrderDocument; source: Source | undefined }) {
  const { order, unknown } = document;
  return (
    <article class="order" aria-labelledby="order-heading">
      <OrderHead order={order} source={source} />
      <div class="columns">
        <div class="column">
          <ItemsCard order={order} />
          <PaymentCard payment={order.payment} />
        </div>
        <div class="column">
          <DeliveryCard delivery={order.delivery} service={order.delivery_service} />
          <DetailsCard order={order} />
        </div>
      </div>
      {unknown.length > 0 && <UnknownFields fields={unknown} />}
    </article>
  );
}
