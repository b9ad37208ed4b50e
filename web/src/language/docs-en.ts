export const docsEn = {
  heading: 'HTTP API',
  lead: 'What the service answers, with the limits of each request.',
  tags: { orders: 'Orders', watching: 'Watching', 'dead letters': 'Dead letters', operations: 'Operations' },
  parameters: 'Parameters',
  body: 'Body',
  optional: 'optional',
};
