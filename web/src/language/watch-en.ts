import { countedWith } from './plural.ts';

const counted = countedWith('en');

export const watchEn = {
  heading: 'Now',
  asking: 'Asking the service how it does…',
  well: 'All is well',
  attention: 'This needs attention',
  states: {
    noAnswer: 'The service does not answer. This page tries again every two seconds.',
    offline: 'This device has no network.',
    parts: {
      service: 'The service is stopping.',
      database:
        'The database does not answer. Orders wait in Kafka until it does; those in memory can be read.',
      schema: 'The database is not migrated yet.',
      kafka: 'The service is not in the consumer group: no orders come in until it is.',
    },
    behind: (orders: string, time: string) =>
      `Behind: ${orders} records wait in Kafka, some for up to ${time}.`,
    dead: (count: number) =>
      `${counted(count, { one: 'record', other: 'records' })} of the last five minutes became dead letters.`,
  },
  charts: {
    orders: { heading: 'Orders a second', stored: 'stored', updated: 'updated', dead: 'dead letters' },
    lag: { heading: 'Waiting in Kafka', orders: 'records', seconds: 'waiting for' },
    reads: { heading: 'Reads a second', reads: 'reads', hits: 'from cache' },
    latency: { heading: 'Time to answer a read', p50: 'half within', p99: '99 % within' },
  },
  ago: '5 min ago',
  now: 'now',
  seconds: (value: string) => `${value} s`,
  newest: 'Newest orders',
  stream: { connecting: 'Connecting…', live: 'Live', cut: 'Connection cut, trying again…', paused: 'Paused' },
  pause: 'Pause',
  goOn: 'Go on',
  none: 'No order has come yet. The first one appears here by itself.',
  unnamed: (count: string) => `${count} more came too fast to be listed.`,
  note: 'The figures are those of the instance that answers; the orders come from all instances.',
};
