/** Made-up orders for the emulator, the tests and the benchmarks. The same seed makes the same orders. */
import type { Item, Order } from './order.ts';

/** Seeds run from 0 to this. */
export const maxSeed = Number.MAX_SAFE_INTEGER;

/** A source of numbers that look random and are not: the same for the same seed and index. */
export interface Random {
  /** An integer from `min` to `max`, both included; `max - min` below 2^32. */
  integer(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean;
}

/**
 * The order at `index` (from 0, below 2^32) of the endless row of orders that `seed` stands for: about 1 KB of
 * JSON, valid, in English or Russian, with totals that add up. Within a seed no `order_uid` comes twice, and two
 * seeds share one with a chance of 2^-64.
 */
export function generateOrder(seed: number, index: number): Order {
  const random = createRandom(seed, index);
  const locale = random.chance(50) ? english : russian;
  const orderUid = `${hex(identity(seed, index))}test`;
  const trackNumber = `WB${random.pick(['IL', 'RU', 'KZ'])}M${random.integer(10_000_000, 99_999_999)}`;
  const createdSeconds = random.integer(firstSecond, lastSecond);
  const itemCount = random.chance(90) ? random.integer(1, 2) : random.integer(3, 6);
  const items = Array.from({ length: itemCount }, () => generateItem(random, locale, trackNumber));
  const goodsTotal = items.reduce((sum, item) => sum + item.total_price, 0);
  const deliveryCost = random.pick([0, 150, 300, 500, 1500]);
  const customFee = random.chance(10) ? random.integer(10, 500) : 0;
  const [name, mailbox] = random.pick(locale.people);
  const [city, region] = random.pick(locale.cities);
  return {
    order_uid: orderUid,
    track_number: trackNumber,
    entry: 'WBIL',
    delivery: {
      name,
      phone: locale.phone(random),
      zip: String(random.integer(100_000, 9_999_999)),
      city,
      address: locale.address(random),
      region,
      // example.* belongs to nobody (RFC 2606): no mail to a stranger, whatever is done with these orders.
      email: `${mailbox}${random.integer(1, 999)}@example.${random.pick(['com', 'net', 'org'])}`,
    },
    payment: {
      transaction: orderUid,
      request_id: '',
      currency: random.pick(locale.currencies),
      provider: random.pick(['wbpay', 'sbp', 'paypal']),
      amount: goodsTotal + deliveryCost + customFee,
      payment_dt: createdSeconds + random.integer(1, 600),
      bank: random.pick(['alpha', 'sber', 'vtb', 'tinkoff', 'leumi']),
      delivery_cost: deliveryCost,
      goods_total: goodsTotal,
      custom_fee: customFee,
    },
    items,
    locale: locale.code,
    internal_signature: '',
    customer_id: `customer-${random.integer(1, 50_000)}`,
    delivery_service: random.pick(['meest', 'cdek', 'boxberry', 'dhl']),
    shardkey: String(random.integer(0, 9)),
    sm_id: random.integer(1, 200),
    date_created: new Date(createdSeconds * 1000).toISOString().replace('.000Z', 'Z'),
    oof_shard: String(random.integer(1, 2)),
  };
}

// Not the clock's: a run with the same seed is the same run tomorrow.
const firstSecond = Date.UTC(2023, 0, 1) / 1000;
const lastSecond = Date.UTC(2026, 5, 30) / 1000;

function generateItem(random: Random, locale: Locale, trackNumber: string): Item {
  const [name, brand, size] = random.pick(locale.goods);
  const price = random.integer(50, 20_000);
  const sale = random.chance(60) ? random.integer(1, 14) * 5 : 0;
  return {
    chrt_id: random.integer(1_000_000, 9_999_999),
    track_number: trackNumber,
    price,
    rid: `${hex([random.integer(0, 0xffff_ffff), random.integer(0, 0xffff_ffff)])}btest`,
    name,
    sale,
    size,
    total_price: Math.round((price * (100 - sale)) / 100),
    nm_id: random.integer(1_000_000, 9_999_999),
    brand,
    status: random.pick([200, 202, 202, 202, 204]),
  };
}

interface Locale {
  code: string;
  currencies: string[];
  /** Name, mailbox. */
  people: [string, string][];
  /** City, region. */
  cities: [string, string][];
  /** Name, brand, size. */
  goods: [string, string, string][];
  /** In ranges that no operator gives out: nobody is called, whatever is done with these orders. */
  phone(random: Random): string;
  address(random: Random): string;
}

const english: Locale = {
  code: 'en',
  currencies: ['USD', 'EUR', 'ILS'],
  people: [
    ['Ada Palmer', 'ada.palmer'],
    ["Sean O'Brien", 'sean.obrien'],
    ['Maya Cohen-Levi', 'maya.cohen'],
    ['José Núñez', 'jose.nunez'],
    ['Grace Okafor', 'grace.okafor'],
    ['Tom Baker', 'tom.baker'],
  ],
  cities: [
    ['Kiryat Mozkin', 'Kraiot'],
    ['Haifa', 'Haifa District'],
    ['Leeds', 'West Yorkshire'],
    ['Austin', 'Texas'],
    ['São Paulo', 'SP'],
  ],
  goods: [
    ['Mascaras', 'Vivienne Sabo', '0'],
    ['Running shoes', 'Asics', '42'],
    ['T-shirt "Basic"', 'H&M', 'M'],
    ['Desk lamp', 'IKEA', '0'],
    ['Rain jacket', 'Regatta', 'XL'],
    ['Phone case <clear>', 'Spigen', '6.1"'],
  ],
  phone: (random) => `+1 (555) 01${random.integer(0, 9)}-${random.integer(1000, 9999)}`,
  address: (random) =>
    `${random.integer(1, 250)} ${random.pick(['Peace Square', 'Station Road', 'Herzl Street', "St. John's Lane"])}`,
};

const russian: Locale = {
  code: 'ru',
  currencies: ['RUB', 'KZT', 'BYN'],
  people: [
    ['Анна Смирнова', 'a.smirnova'],
    ['Пётр Ёлкин', 'petr.elkin'],
    ['Мария Щукина-Орлова', 'm.orlova'],
    ['Тимур Ахметов', 'timur.akhmetov'],
    ['Ольга Подъячева', 'o.podyacheva'],
    ['Иван Йовович', 'i.yovovich'],
  ],
  cities: [
    ['Москва', 'Москва'],
    ['Санкт-Петербург', 'Ленинградская область'],
    ['Казань', 'Татарстан'],
    ['Екатеринбург', 'Свердловская область'],
    ['Алматы', 'Алматинская область'],
  ],
  goods: [
    ['Тушь для ресниц', 'Vivienne Sabo', '0'],
    ['Кроссовки беговые', 'Спорт №1', '43'],
    ['Футболка «Лето»', 'Твоё', 'L'],
    ['Чайник электрический', 'Редмонд', '1,7 л'],
    ['Пуховик женский', 'Снежная королева', '48'],
    ['Чехол для телефона', 'Deppa', '0'],
  ],
  phone: (random) => `+7000${random.integer(1_000_000, 9_999_999)}`,
  address: (random) =>
    `${random.pick(['ул. Ленина', 'пр-т Мира', 'Цветной б-р', 'ул. Подъёмная'])}, д. ${random.integer(1, 150)}, кв. ${random.integer(1, 300)}`,
};

/** The numbers for one order: sfc32 (Chris Doty-Humphrey), fast and without visible patterns. */
export function createRandom(seed: number, index: number): Random {
  let [a, b] = identity(seed, index);
  let c = a ^ 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const integer = (min: number, max: number) => min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  return {
    integer,
    pick: (list) => list[integer(0, list.length - 1)]!,
    chance: (percent) => next() / 2 ** 32 < percent / 100,
  };
}

/** 64 bits for a seed and an index: a Feistel cipher, which can be undone, so within a seed no two are equal. */
function identity(seed: number, index: number): [number, number] {
  const key = Math.floor(seed / 2 ** 32);
  let left = seed >>> 0;
  let right = index >>> 0;
  for (let round = 1; round <= 6; round++) {
    let mixed = Math.imul(right ^ key ^ Math.imul(round, 0x9e3779b9), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
    [left, right] = [right, (left ^ mixed ^ (mixed >>> 13)) >>> 0];
  }
  return [left, right];
}

function hex([high, low]: [number, number]): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
