/**
 * What this browser remembers: language, colors, whether JSON is shown, and the ids of the orders last looked at.
 * Ids only. Storage may be forbidden; then it holds until the page is left.
 */
import type { Language } from './language/language.ts';

export type Theme = 'system' | 'light' | 'dark';

const maxRecent = 8;

export function preferredLanguage(): Language {
  const remembered = read('language');
  if (remembered === 'en' || remembered === 'ru') return remembered;
  const spoken = navigator.languages.map((locale) => locale.split('-')[0]);
  return spoken.find((language) => language === 'en' || language === 'ru') ?? 'en';
}

export function rememberLanguage(language: Language): void {
  write('language', language);
}

export function preferredTheme(): Theme {
  const remembered = read('theme');
  return remembered === 'light' || remembered === 'dark' ? remembered : 'system';
}

export function rememberTheme(theme: Theme): void {
  write('theme', theme);
}

export function prefersJson(): boolean {
  return read('json') === 'shown';
}

export function rememberJson(shown: boolean): void {
  write('json', shown ? 'shown' : 'hidden');
}

/** Newest first. */
export function recentOrders(): string[] {
  return (read('recent') ?? '').split(' ').filter((uid) => /^[A-Za-z0-9_-]{1,64}$/.test(uid));
}

export function rememberOrder(uid: string): void {
  const others = recentOrders().filter((other) => other !== uid);
  write('recent', [uid, ...others].slice(0, maxRecent).join(' '));
}

export function forgetOrders(): void {
  write('recent', '');
}

const remembered = new Map<string, string>();

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return remembered.get(name) ?? null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    remembered.set(name, value);
  }
}
