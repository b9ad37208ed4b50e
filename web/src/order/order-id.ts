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
  if (inLink !== undefined) return decoded(inLink).trim();
  return text.replace(/^["'`]+|["'`,;]+$/g, '').trim();
}

/** The service has the last word (it answers 400); this only saves the way there. */
export function isOrderId(text: string): boolean {
  return shape.test(text);
}

/** Digits and what phones are written with: `+7 (916) 123-45-67`, `tel:79161234567`, `916.123.45.67`. */
const phone = /^(tel:)?[\p{Nd}\s()[\]+./\p{Pd}]+$/iu;

/** A phone with its country, among other words. */
const phoneInText = /(?<!\S)\+[\p{Nd}\s()./\p{Pd}]+/u;

/**
 * Whether a text is an email or a phone, which must not get into addresses, and so into histories and logs.
 * `perhaps` is what has the form of an order id as well: only who typed it knows.
 */
export function personalIn(text: string): 'surely' | 'perhaps' | undefined {
  const plain = decoded(text).normalize('NFKC').trim();
  if (/\S\s*@\s*\S/.test(plain)) return 'surely';
  if (hasDigitsOfPhone(phoneInText.exec(plain)?.[0])) return 'surely';
  if (!phone.test(plain) || !hasDigitsOfPhone(plain)) return undefined;
  return isOrderId(plain) ? 'perhaps' : 'surely';
}

/** From a local number to the longest there is (E.164). */
function hasDigitsOfPhone(text = ''): boolean {
  const digits = text.replace(/\P{Nd}/gu, '').length;
  return digits >= 7 && digits <= 15;
}

/** Out of a link. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
