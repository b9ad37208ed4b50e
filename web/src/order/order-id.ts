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

export function orderIdInAddress(): string {
  return cleanOrderId(new URLSearchParams(location.search).get('order_uid') ?? '');
}

export function addressOfOrder(uid: string): string {
  return uid === '' ? '/' : `/?order_uid=${encodeURIComponent(uid)}`;
}
