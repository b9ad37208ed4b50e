import type { docsEn } from './docs-en.ts';

export const docsRu: typeof docsEn = {
  heading: 'HTTP API',
  lead: 'На что и как отвечает сервис, с ограничениями каждого запроса. Описания — на английском, как в документе.',
  tags: {
    orders: 'Заказы',
    watching: 'Наблюдение',
    'dead letters': 'Непринятые записи',
    operations: 'Эксплуатация',
  },
  parameters: 'Параметры',
  body: 'Тело запроса',
  optional: 'необязательный',
};
