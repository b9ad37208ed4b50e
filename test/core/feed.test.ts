import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed, maxNamed, merge, type FeedEvent } from '../../src/core/feed.ts';
import type { OrderListing, OrderSummary } from '../../src/core/store.ts';
import { until } from '../support/wait.ts';

let clock = 1n;
function order(order_uid: string): OrderSummary {
  const date_created = '2026-01-01T00:00:00.000Z';
  const ids = { order_uid, track_number: 't', customer_id: 'c' };
  return { ...ids, date_created, amount: 1, currency: 'USD', items: 1, receivedAt: clock++ };
}

/** A list that counts how often it is asked, and a feed of it. */
function feedOf(orders: OrderSummary[]) {
  const asked: OrderListing[] = [];
  const list = async (listing: OrderListing) => {
    asked.push(listing);
    return orders.toReversed().slice(0, listing.limit);
  };
  const faults: unknown[] = [];
  const reader = { list };
  const feed = new Feed({
    reader,
    onFault: (fault) => faults.push(fault),
    minIntervalMs: 5,
    maxIntervalMs: 25,
  });
  return { feed, asked, faults, reader };
}

const total = (events: FeedEvent[]) =>
  events.reduce((sum, { orders, more }) => sum + orders.length + more, 0);

test('each order is counted once, whether it is seen before or after the word of it', async () => {
  const orders = [order('old')];
  const { feed, asked } = feedOf(orders);
  const events: FeedEvent[] = [];
  feed.watch((event) => events.push(event));
  await until('it looked', () => asked.length > 0);
  for (let round = 1; round <= 5; round++) {
    orders.push(...Array.from({ length: 300 }, (_, n) => order(`${round}-${n}`)));
    if (round % 2 === 0) feed.stored(300);
    const seen = asked.length;
    await until('it looked again', () => asked.length > seen);
    if (round % 2 === 1) feed.stored(300);
    await until('all are counted', () => total(events) >= round * 300);
    assert.equal(total(events), round * 300);
  }
  assert.ok(events.every(({ orders }) => orders.length <= maxNamed));
  await feed.close();
});

test('an order that is stored while the list is on its way is counted once', async () => {
  const orders = [order('old')];
  const { feed, asked, reader } = feedOf(orders);
  const events: FeedEvent[] = [];
  feed.watch((event) => events.push(event));
  await until('it looked', () => asked.length > 0);
  const { list } = reader;
  reader.list = async (listing) => {
    const answer = await list(listing);
    reader.list = list;
    orders.push(order('late'));
    feed.stored(1);
    return answer;
  };
  const seen = asked.length;
  await until('it looked again, and once more', () => asked.length >= seen + 3);
  assert.equal(total(events), 1);
  await feed.close();
});

test('it asks nothing while nobody watches, and goes on over a fault', async () => {
  const orders = [order('a')];
  const { feed, asked, faults, reader } = feedOf(orders);
  feed.stored(1);
  assert.equal(asked.length, 0);
  const events: FeedEvent[] = [];
  const unwatch = feed.watch((event) => events.push(event));
  await until('it looked', () => asked.length > 0);
  const { list } = reader;
  reader.list = () => Promise.reject(new Error('away'));
  orders.push(order('b'));
  await until('the fault is told', () => faults.length > 0);
  reader.list = list;
  await until('it goes on', () => events.length > 0);
  assert.deepEqual(
    events[0]!.orders.map(({ order_uid }) => order_uid),
    ['b'],
  );
  unwatch();
  const before = asked.length;
  feed.watch(() => {})();
  feed.stored(5);
  assert.ok(asked.length <= before + 1);
  await feed.close();
});

test('I7: what waits for a slow client is one event, however much comes', () => {
  let pending: FeedEvent | undefined;
  for (let round = 0; round < 1_000; round++) {
    pending = merge(pending, {
      orders: Array.from({ length: 20 }, (_, n) => order(`${round}-${n}`)),
      more: 100,
    });
  }
  assert.equal(pending!.orders.length, maxNamed);
  assert.equal(pending!.orders[0]!.order_uid, '999-0');
  assert.equal(total([pending!]), 1_000 * 120);
});
