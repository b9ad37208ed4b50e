/** The rows of an order: how its fields become the columns of `orders` and `order_items`. */
import { parseInstant } from '../core/instant.ts';
import type { OrderEntry } from '../core/record.ts';
import { CopyRows } from './copy.ts';
import { CopyRowsInto } from './copy-query.ts';

const orderColumns = [
  'order_uid',
  'track_number',
  'entry',
  'delivery_name',
  'delivery_phone',
  'delivery_zip',
  'delivery_city',
  'delivery_address',
  'delivery_region',
  'delivery_email',
  'payment_transaction',
  'payment_request_id',
  'payment_currency',
  'payment_provider',
  'payment_amount',
  'payment_dt',
  'payment_bank',
  'payment_delivery_cost',
  'payment_goods_total',
  'payment_custom_fee',
  'locale',
  'internal_signature',
  'customer_id',
  'delivery_service',
  'shardkey',
  'sm_id',
  'date_created',
  'oof_shard',
  'document',
  'received_at',
  'kafka_topic_id',
  'kafka_partition',
  'kafka_offset',
  'kafka_timestamp',
];

const itemColumns = [
  'order_uid',
  'position',
  'chrt_id',
  'track_number',
  'price',
  'rid',
  'name',
  'sale',
  'size',
  'total_price',
  'nm_id',
  'brand',
  'status',
];

const copyIntoOrders = `COPY orders (${orderColumns.join(', ')}) FROM STDIN (FORMAT binary)`;
const copyIntoItems = `COPY order_items (${itemColumns.join(', ')}) FROM STDIN (FORMAT binary)`;

export interface ReceivedOrder extends OrderEntry {
  /** Microseconds since 1970. */
  receivedAt: bigint;
}

/** Inserts orders, then their items; none of them may be stored yet. */
export function* insertOrders(entries: ReceivedOrder[]): Generator<CopyRowsInto> {
  const bytes = entries.reduce((sum, { document }) => sum + document.length, 0);
  // About what generated orders take, so that the buffers rarely grow and little of them is never used.
  const orders = new CopyRows(entries.length * 600 + bytes);
  for (const entry of entries) writeOrder(orders, entry);
  yield new CopyRowsInto(copyIntoOrders, orders.finish());
  const items = new CopyRows(bytes >> 1);
  for (const entry of entries) writeItems(items, entry);
  yield new CopyRowsInto(copyIntoItems, items.finish());
}

function writeOrder(rows: CopyRows, { order, document, record, receivedAt }: ReceivedOrder): void {
  const { delivery, payment } = order;
  rows.row(orderColumns.length);
  rows.text(order.order_uid);
  rows.text(order.track_number);
  rows.text(order.entry);
  rows.text(delivery.name);
  rows.text(delivery.phone);
  rows.text(delivery.zip);
  rows.text(delivery.city);
  rows.text(delivery.address);
  rows.text(delivery.region);
  rows.text(delivery.email);
  rows.text(payment.transaction);
  rows.text(payment.request_id);
  rows.text(payment.currency);
  rows.text(payment.provider);
  rows.int8(payment.amount);
  rows.int8(payment.payment_dt);
  rows.text(payment.bank);
  rows.int8(payment.delivery_cost);
  rows.int8(payment.goods_total);
  rows.int8(payment.custom_fee);
  rows.text(order.locale);
  rows.text(order.internal_signature);
  rows.text(order.customer_id);
  rows.text(order.delivery_service);
  rows.text(order.shardkey);
  rows.int8(order.sm_id);
  rows.instant(parseInstant(order.date_created)!);
  rows.text(order.oof_shard);
  rows.bytes(document);
  rows.instant(receivedAt);
  rows.uuid(record.topicId);
  rows.int4(record.partition);
  rows.bigint(record.offset);
  rows.instant(record.timestamp * 1000n);
}

function writeItems(rows: CopyRows, { order }: OrderEntry): void {
  order.items.forEach((item, position) => {
    rows.row(itemColumns.length);
    rows.text(order.order_uid);
    rows.int4(position);
    rows.int8(item.chrt_id);
    rows.text(item.track_number);
    rows.int8(item.price);
    rows.text(item.rid);
    rows.text(item.name);
    rows.int8(item.sale);
    rows.text(item.size);
    rows.int8(item.total_price);
    rows.int8(item.nm_id);
    rows.text(item.brand);
    rows.int8(item.status);
  });
}
