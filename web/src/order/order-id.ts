/**
 * What a person pastes is rarely the bare id: it comes with spaces, quotes and a comma out of a log line, or
 * as a link to this page.
 */
const shape = /^[A-Za-z0-9_-]{1,64}$/;

// White space beyond trim(): zero-width characters that chats and spreadsheets add.
const invisible = /[\u200B-\u200F\u2060\u2066-\u2069\u202A-\u202E\uFEFF]/g;

export function cleanOrderId(pasted: string): string {
  const text = pasted.replace(invisible, '').trim();
  const inLink = /[?&]order_uid=([^&#\s]*)/.exec(text)?.[1] ?? /\/api\/orders\/([^/?#\s]+)/.exec(text)?.[1];
  if (inLink !== undefined) return inLink;
  return text.replace(/^["'`]+|["'`,;]+$/g, '').trim();
}

/** The service has the last word (it answers 400); this only saves the way there. */
export function isOrderId(text: string): boolean {
  return shape.test(text);
}

/** What looks like an email or a phone must not get into the address, and so into histories and logs. */
export function isPersonal(text: string): boolean {
  if (/\S@\S/.test(text)) return true;
  const digits = text.replace(/\D/g, '').length;
  const looksDialled = /^\+|[\s()]/.test(text) || /^\d{1,3}(-\d{2,4}){3,4}$/.test(text);
  return looksDialled && digits >= 7 && /^\+?[\d\s().-]+$/.test(text);
}
