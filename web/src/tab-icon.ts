import { useEffect } from 'preact/hooks';

/**
 * An icon for the tab that tells the orders of several tabs apart: its color comes from the order's id. Other
 * views have the icon of the page.
 */
export function useTabIcon(uid: string | undefined): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (link === null) return;
    link.href = uid === undefined ? '/favicon.svg' : `data:image/svg+xml,${encodeURIComponent(iconOf(uid))}`;
  }, [uid]);
}

function iconOf(uid: string): string {
  const hash = Array.from(uid).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="hsl(${hash % 360} 60% 42%)"/>
<path fill="none" stroke="#fff" stroke-width="2.2" stroke-linejoin="round" d="M16 6.8 24 11v10l-8 4.2L8 21V11zM8.4 11.2l7.6 4 7.6-4M16 15.2v9.6"/></svg>`;
}
