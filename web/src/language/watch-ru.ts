import { countedWith } from './plural.ts';
import type { watchEn } from './watch-en.ts';

const counted = countedWith('ru');

export const watchRu: typeof watchEn = {
  heading: 'Сейчас',
  asking: 'Спрашиваем сервис, как дела…',
  well: 'Всё в порядке',
  attention: 'Нужно внимание',
  states: {
    noAnswer: 'Сервис не отвечает. Страница повторяет попытку каждые две секунды.',
    offline: 'Устройство не в сети.',
    parts: {
      service: 'Сервис останавливается.',
      database: 'База данных не отвечает. Заказы ждут в Kafka; те, что в памяти, читаются.',
      schema: 'База данных ещё не обновлена до нужной схемы.',
      kafka: 'Сервис не состоит в группе потребителей: заказы пока не поступают.',
    },
    behind: (orders, time) => `Отставание: в Kafka ждут записи (${orders}), самые старые — до ${time}.`,
    dead: (count) =>
      `За пять минут не приняты: ${counted(count, { one: 'запись', few: 'записи', many: 'записей', other: 'записи' })}.`,
  },
  charts: {
    orders: { heading: 'Заказов в секунду', stored: 'новые', updated: 'изменённые', dead: 'не приняты' },
    lag: { heading: 'Ждут в Kafka', orders: 'записей', seconds: 'ждут до' },
    reads: { heading: 'Чтений в секунду', reads: 'чтений', hits: 'из кэша' },
    latency: { heading: 'Время ответа на чтение', p50: 'половина до', p99: '99 % до' },
  },
  ago: '5 мин назад',
  now: 'сейчас',
  seconds: (value) => `${value} с`,
  newest: 'Новые заказы',
  stream: {
    connecting: 'Подключаемся…',
    live: 'В эфире',
    cut: 'Связь прервалась, подключаемся снова…',
    paused: 'Пауза',
  },
  pause: 'Пауза',
  goOn: 'Продолжить',
  none: 'Заказов ещё не было. Первый появится здесь сам.',
  unnamed: (count) => `Слишком быстро для списка пришли ещё: ${count}.`,
  note: 'Графики — того экземпляра сервиса, который отвечает; заказы — от всех экземпляров.',
};
