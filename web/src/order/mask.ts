/** Phone and email are shown on demand only: not to whoever looks over a shoulder, nor in a shared screen. */
import type { Json } from './document.ts';

export type Contact = 'phone' | 'email';

const dots = '••••••';

/** Enough to recognize it by, of a fixed length, so that it tells no more. */
export function maskOf(contact: Contact, text: string): string {
  if (text.trim() === '') return text;
  if (contact === 'phone') return `${dots} ${text.replace(/\D/g, '').slice(-2)}`;
  return `${dots}@${dots}`;
}

/** The document with what is not `revealed` masked in it, too. */
export function maskDocument(exact: { [key: string]: Json }, revealed: Contact[]): { [key: string]: Json } {
  const delivery = exact['delivery'] as { [key: string]: Json };
  const masked = { ...delivery };
  for (const contact of ['phone', 'email'] as const) {
    const text = delivery[contact];
    if (!revealed.includes(contact) && typeof text === 'string') masked[contact] = maskOf(contact, text);
  }
  return { ...exact, delivery: masked };
}
