/**
 * What this browser remembers: language and colors. Storage may be forbidden; then the choice holds until
 * the page is left.
 */
import type { Language } from './language/language.ts';

export type Theme = 'system' | 'light' | 'dark';

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

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Nothing to be done, nothing is lost.
  }
}
