import { docsEn } from './docs-en.ts';
import { countedWith } from './plural.ts';
import { repairEn } from './repair-en.ts';
import { watchEn } from './watch-en.ts';

const counted = countedWith('en');

export const en = {
  product: 'Orders',
  language: 'Language',
  theme: 'Colors',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  views: { label: 'Views', find: 'Find', watch: 'Watch', repair: 'Repair' },
  watch: watchEn,
  repair: repairEn,
  docs: docsEn,
  search: {
    label: 'Order id, track number or customer id',
    placeholder: 'Order id, track number or customer id',
    button: 'Find',
    clear: 'Clear',
    shortcut: 'Press / to search',
  },
  empty: {
    heading: 'Look up an order',
    lead: 'Type or paste an order id, a track number or a customer id above and press Enter.',
    example: 'For example',
    recent: 'Last looked at in this browser',
    forget: 'Forget them',
    facts: [
      ['Any form of id', 'Spaces, quotes or a whole link around the id are taken off for you.'],
      ['Up to date', 'An order is here milliseconds after it was sent, and always as it was last sent.'],
      ['Made to share', 'Each order has a link of its own. Back and Forward work, too.'],
    ],
  },
  loading: 'Looking for the order…',
  found: (uid: string) => `Order ${uid} is shown.`,
  titleOf: (uid: string) => `Order ${uid}`,
  source: {
    cache: 'From cache',
    database: 'From database',
    cacheHint: 'Answered from the memory of the service',
    databaseHint: 'Read from PostgreSQL, and now in memory for the next time',
  },
  milliseconds: (value: string) => `${value} ms`,
  copyLink: 'Copy link',
  copyId: 'Copy order id',
  copyJson: 'Copy JSON',
  copyCurl: 'Copy as curl',
  show: (what: string) => `Show: ${what}`,
  copied: 'Copied',
  notCopied: 'Could not copy',
  json: 'JSON',
  jsonHint: 'The order as JSON, beside it',
  openJson: 'Open in a new tab',
  tooDeep: '… (nested too deeply to be shown here)',
  order: 'Order',
  total: 'Amount',
  created: 'Created',
  trackNumber: 'Track number',
  customer: 'Customer',
  delivery: {
    heading: 'Delivery',
    phone: 'Phone',
    email: 'Email',
    address: 'Address',
    city: 'City',
    region: 'Region',
    zip: 'Postal code',
    service: 'Service',
  },
  payment: {
    heading: 'Payment',
    goods: 'Goods',
    delivery: 'Delivery',
    fee: 'Customs fee',
    amount: 'Amount',
    addsUp: 'Adds up',
    tooLow: (parts: string, difference: string) =>
      `The parts come to ${parts}: the amount is ${difference} less.`,
    tooHigh: (parts: string, difference: string) =>
      `The parts come to ${parts}: the amount is ${difference} more.`,
    paidAt: 'Paid',
    provider: 'Provider',
    bank: 'Bank',
    currency: 'Currency',
    transaction: 'Transaction',
    requestId: 'Request id',
  },
  items: {
    heading: 'Items',
    count: (count: number) => counted(count, { one: 'item', other: 'items' }),
    item: 'Item',
    price: 'Price',
    sale: 'Sale',
    total: 'Total',
    status: 'Status',
    size: 'size',
    sum: 'Sum of the items',
    differs: (goods: string) => `Goods in the payment are ${goods}.`,
  },
  details: { heading: 'Details', locale: 'Locale', signature: 'Signature' },
  unknown: {
    heading: 'Additional fields',
    note: 'Sent with the order, not part of the known model. Kept as they came.',
  },
  orders: {
    track_number: { eyebrow: 'Track number', none: 'No order with this track number' },
    customer_id: { eyebrow: 'Customer', none: 'No order of this customer' },
    noneText: 'The service has none now. One that was sent just now is there in a moment.',
    count: (count: number) => counted(count, { one: 'order', other: 'orders' }),
    first: (count: string) => `the newest ${count}`,
    more: 'Show more',
    columns: {
      order: 'Order',
      track: 'Track number',
      customer: 'Customer',
      items: 'Items',
      amount: 'Amount',
      received: 'Received',
    },
  },
  emptyValue: 'empty',
  showAll: (characters: string) => `Show all ${characters} characters`,
  failures: {
    notFound: {
      heading: 'No order with this id',
      text: 'No order has it as track number or customer id either. Check for a missing or extra character. If the order was sent just now, look again.',
      action: 'Look again',
    },
    invalidId: {
      heading: 'This is not an order id',
      text: 'An order id has 1 to 64 characters: the letters A–Z and a–z, digits, “-” and “_”. No order has this as track number or customer id either.',
    },
    personal: {
      heading: 'Phones and emails are not searched',
      text: 'They would end up in addresses, histories and logs. Nothing was sent. Search by order id, track number or customer id.',
    },
    perhapsPersonal: {
      heading: 'This may be a phone number',
      text: 'Phones are not searched: they would end up in addresses, histories and logs. Nothing was sent. If it is an id, say which.',
      is: {
        order: 'It is an order id',
        trackNumber: 'It is a track number',
        customer: 'It is a customer id',
      },
    },
    tooManyRequests: {
      heading: 'Too many requests',
      text: 'The service asks for a pause before the next search.',
      wait: (time: string) => `You can search again in ${time}.`,
      action: 'Search again',
    },
    unavailable: {
      heading: 'The database is not available',
      text: 'This order is not in memory, and the database does not answer now. The order is not lost. This page tries again by itself.',
      listText:
        'Lists come from the database, which does not answer now. No order is lost. This page tries again by itself.',
      wait: (time: string) => `Next try in ${time}.`,
      trying: 'Trying again…',
      action: 'Try now',
    },
    offline: {
      heading: 'You are offline',
      text: 'This device has no network. The page goes on by itself when it is back.',
      action: 'Try again',
    },
    noAnswer: {
      heading: 'The service does not answer',
      text: 'The connection failed or took too long. Check your network, or try again in a moment.',
      action: 'Try again',
    },
    unexpected: {
      heading: 'Something went wrong',
      text: (status: number) =>
        `The service gave an answer that this page does not understand (status ${status}).`,
      action: 'Try again',
    },
    notShown: {
      heading: 'This order cannot be laid out',
      text: 'Something in it is not as this page expects. It is there as JSON.',
    },
  },
  seconds: (count: number) => `${count} s`,
  api: 'HTTP API',
};

export type Messages = typeof en;
