import { useSpeech } from '../language/language.ts';
import { GridTable } from '../parts/grid-table.tsx';
import { KeyLink } from '../parts/key-link.tsx';
import { PageLink } from '../parts/page-link.tsx';
import type { Go } from '../route.ts';
import type { OrderSummary } from './use-orders.ts';

type Props = {
  orders: OrderSummary[];
  go: Go;
  label: string;
  /** Rows that came while one watches. */
  fresh?: Set<string>;
};

/** Orders as rows; on a narrow page each is a card. */
export function OrdersTable({ orders, go, label, fresh }: Props) {
  const { t } = useSpeech();
  const { columns } = t.orders;
  const headings = [
    columns.order,
    columns.track,
    columns.customer,
    columns.items,
    columns.amount,
    columns.received,
  ];
  return (
    <GridTable name="orders-table" headings={headings} label={label}>
      {orders.map((order) => (
        <OrderRow key={rowKey(order)} order={order} go={go} isFresh={fresh?.has(rowKey(order)) ?? false} />
      ))}
    </GridTable>
  );
}

/** An order that was sent again is another row. */
export function rowKey({ order_uid, received_at }: OrderSummary): string {
  return `${received_at} ${order_uid}`;
}

function OrderRow({ order, go, isFresh }: { order: OrderSummary; go: Go; isFresh: boolean }) {
  const { t, format } = useSpeech();
  const received = new Date(order.received_at);
  return (
    <tr role="row" class={isFresh ? 'fresh' : ''}>
      <td role="cell" class="order-cell">
        <PageLink class="mono" to={{ view: 'order', uid: order.order_uid }} go={go}>
          {order.order_uid}
        </PageLink>
      </td>
      <td role="cell">
        <KeyLink by="track_number" value={order.track_number} go={go} />
      </td>
      <td role="cell">
        <KeyLink by="customer_id" value={order.customer_id} go={go} />
      </td>
      <td role="cell" class="number-cell">
        <span class="long">{format.number(order.items)}</span>
        <span class="short">{t.items.count(order.items)}</span>
      </td>
      <td role="cell" class="number-cell strong">
        {format.money(order.amount, order.currency)}
      </td>
      <td role="cell" class="number-cell">
        <time dateTime={order.received_at} title={order.received_at}>
          {format.clock(received)}
        </time>
      </td>
    </tr>
  );
}
