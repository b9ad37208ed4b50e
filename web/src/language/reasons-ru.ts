/** What the service says of records that are no orders, in Russian. */
const words: [english: RegExp, russian: string][] = [
  [/^is missing$/, 'отсутствует'],
  [/^must be integer$/, 'должно быть целым числом'],
  [/^must be string$/, 'должно быть строкой'],
  [/^must be object$/, 'должно быть объектом'],
  [/^must be array$/, 'должно быть списком'],
  [/^must be >= (\d+)$/, 'должно быть не меньше $1'],
  [/^must be <= (\d+)$/, 'должно быть не больше $1'],
  [/^must NOT have more than (\d+) characters$/, 'должно быть не длиннее $1 символов'],
  [/^must match pattern (".*")$/, 'должно подходить под шаблон $1'],
  [/^must not be empty$/, 'не должно быть пустым'],
  [/^must have at least one item$/, 'должен быть хотя бы один товар'],
  [/^must be well-formed Unicode without NUL$/, 'должно быть правильным Юникодом без NUL'],
  [/^must not be blank, and well-.*/, 'не должно быть пустым; правильный Юникод без NUL'],
  [
    /^must be a phone number: .*/,
    'должно быть телефоном: цифры, в начале можно «+», ещё пробелы, скобки и дефисы',
  ],
  [/^must contain @, and be well-.*/, 'должно содержать «@»; правильный Юникод без NUL'],
  [
    /^must be an RFC 3339 .*/,
    'должно быть датой и временем по RFC 3339 с часовым поясом, год с 1970 по 9999',
  ],
  [/^must be written as an integer, .*/, 'должно быть записано целым числом, без дробной части и порядка'],
  [/^is nested too deeply to check its numbers$/, 'вложенность слишком велика, чтобы проверить числа'],
  [/^must be goods_total \+ .*/, 'должно быть равно goods_total + delivery_cost + custom_fee'],
  [/^and (\d+) more$/, 'и ещё $1'],
  [/^The record has no value .*/, 'У записи нет значения (tombstone). Заказ — это объект JSON.'],
  [/^The value is empty\..*/, 'Значение пустое. Заказ — это объект JSON.'],
  [/^The value is not UTF-8\.$/, 'Значение не в UTF-8.'],
  [/^The value is not JSON\.$/, 'Значение — не JSON.'],
  [/^The value is not JSON: it ends too early\.$/, 'Значение — не JSON: оно обрывается.'],
  [/^The value is not JSON: .* position (\d+)\.$/, 'Значение — не JSON: лишний символ на позиции $1.'],
  [/^The value is the JSON null\..*/, 'Значение — null. Заказ — это объект JSON.'],
  [/^The value is an array\..*/, 'Значение — список. Заказ — это объект JSON.'],
  [/^The value is a string\..*/, 'Значение — строка. Заказ — это объект JSON.'],
  [/^The value is a number\..*/, 'Значение — число. Заказ — это объект JSON.'],
  [/^The value is a boolean\..*/, 'Значение — true или false. Заказ — это объект JSON.'],
];

/** A message, or a reason made of several with their paths; `undefined` for what has no words here. */
export function reasonRu(text: string): string | undefined {
  const whole = translated(text);
  if (whole !== undefined) return whole;
  const parts = text.split('; ').map((part) => {
    const [, path = '', message = ''] = /^(\S+) (.+)$/s.exec(part) ?? [];
    const russian = translated(message);
    return translated(part) ?? (russian && `${path === 'order' ? 'заказ' : path} ${russian}`);
  });
  return parts.includes(undefined) ? undefined : parts.join('; ');
}

function translated(text: string): string | undefined {
  const [english, russian] = words.find(([english]) => english.test(text)) ?? [];
  return english && text.replace(english, russian!);
}
