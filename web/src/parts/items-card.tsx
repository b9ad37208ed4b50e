import type { Item, Order } from '../../../src/core/order.ts';
import { useSpeech } from '../language/language.ts';
import { Card } from './card.tsx';
import { GridTable } from './grid-table.tsx';
import { Icon } from './icons.tsx';
import { Value } from './value.tsx';

/** A table on a wide page, a list of cards on a narrow one. */
export function ItemsCard({ order }: { order: Order }) {
  const { t, format } = useSpeech();
  const { items, payment } = order;
  const sum = items.reduce((sum, item) => sum + BigInt(item.total_price), 0n);
  const differs = sum !== BigInt(payment.goods_total);
  const headings = [t.items.item, t.items.price, t.items.sale, t.items.total, t.items.status];
  return (
    <Card
      heading={t.items.heading}
      name="items"
      aside={<span class="aside">{t.items.count(items.length)}</span>}
    >
      <GridTable name="items-table" headings={headings}>
        {items.map((item, index) => (
          <ItemRow key={index} item={item} orderTrackNumber={order.track_number} />
        ))}
      </GridTable>
      <footer class="items-foot">
        <dl class={differs ? 'differs' : ''}>
          <dt>{t.items.sum}</dt>
          <dd>{format.money(sum, payment.currency)}</dd>
        </dl>
        {differs && (
          <p class="mismatch">
            <Icon name="warning" />
            <span>{t.items.differs(format.money(payment.goods_total, payment.currency))}</span>
          </p>
        )}
      </footer>
    </Card>
  );
}

function ItemRow({ item, orderTrackNumber }: { item: Item; orderTrackNumber: string }) {
  const { t, format } = useSpeech();
  return (
    <tr role="row">
      <td role="cell" class="item-cell">
        <span class="item-name">
          <Value text={item.name} />
        </span>
        <span class="item-brand">
          <Value text={item.brand} />
          <span aria-hidden="true"> · </span>
          {t.items.size} <Value text={item.size} />
        </span>
        <span class="item-ids">
          <Id name="nm_id" value={String(item.nm_id)} />
          <Id name="chrt_id" value={String(item.chrt_id)} />
          <Id name="rid" value={item.rid} />
          {item.track_number !== orderTrackNumber && <Id name="track_number" value={item.track_number} />}
        </span>
      </td>
      <NumberCell label={t.items.price} value={format.number(item.price)} />
      <NumberCell label={t.items.sale} value={saleText(item.sale, format.percent, format.number)} />
      <NumberCell label={t.items.total} value={format.number(item.total_price)} isStrong={true} />
      <td role="cell" class="number-cell">
        <span class="cell-label" aria-hidden="true">
          {t.items.status}
        </span>
        <span class="pill">{String(item.status)}</span>
      </td>
    </tr>
  );
}

/** A sale is a percentage, as in price 453, sale 30, total 317. What cannot be one is shown as the number it is. */
function saleText(sale: number, percent: (n: number) => string, number: (n: number) => string): string {
  if (sale === 0) return percent(0);
  return sale <= 100 ? `−${percent(sale)}` : number(sale);
}

function NumberCell({
  label,
  value,
  isStrong = false,
}: {
  label: string;
  value: string;
  isStrong?: boolean;
}) {
  return (
    <td role="cell" class={isStrong ? 'number-cell strong' : 'number-cell'}>
      <span class="cell-label" aria-hidden="true">
        {label}
      </span>
      <span>{value}</span>
    </td>
  );
}

function Id({ name, value }: { name: string; value: string }) {
  return (
    <span>
      {name} <Value text={value} />
    </span>
  );
}
