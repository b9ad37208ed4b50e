/**
 * What the address names. It is the one truth: whatever a person does changes the address, Back and Forward
 * change it too, and what is shown follows. Phones and emails never get there.
 */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { cleanOrderId, personalIn } from './order/order-id.ts';

export type Key = 'track_number' | 'customer_id';

export type Route =
  | { view: 'start' }
  | { view: 'order'; uid: string }
  | { view: 'orders'; by: Key; value: string }
  /** Somebody searched for what is, or may be, no matter of addresses and logs: a phone or an email. */
  | { view: 'personal'; text: string }
  | { view: 'watch' }
  | { view: 'repair'; id: string | undefined }
  | { view: 'docs' };

export type Go = (route: Route, how?: 'replace') => void;

export function addressOf(route: Route): string {
  switch (route.view) {
    case 'start':
    case 'personal':
      return '/';
    case 'order':
      return `/?order_uid=${encodeURIComponent(route.uid)}`;
    case 'orders':
      return `/?${route.by}=${encodeURIComponent(route.value)}`;
    case 'repair':
      return route.id === undefined ? '/dead-letters' : `/dead-letters?id=${encodeURIComponent(route.id)}`;
    case 'watch':
    case 'docs':
      return `/${route.view}`;
  }
}

export function routeAt({ pathname, search }: Location): Route {
  const given = new URLSearchParams(search);
  if (pathname === '/watch') return { view: 'watch' };
  if (pathname === '/docs') return { view: 'docs' };
  if (pathname === '/dead-letters') return { view: 'repair', id: given.get('id') ?? undefined };
  const uid = cleanOrderId(given.get('order_uid') ?? '');
  const key = (by: Key): string => given.get(by)?.trim() ?? '';
  // A link says what digits are; an email or a phone with a plus is one in a link, too.
  const personal = [uid, key('track_number'), key('customer_id')].find(
    (text) => personalIn(text) === 'surely',
  );
  if (personal !== undefined) return { view: 'personal', text: personal };
  if (uid !== '') return { view: 'order', uid };
  for (const by of ['track_number', 'customer_id'] as const) {
    const value = key(by);
    if (value !== '') return { view: 'orders', by, value };
  }
  return { view: 'start' };
}

export function useRoute(): [Route, Go] {
  const [route, setRoute] = useState(() => routeAt(location));

  useEffect(() => {
    const follow = (): void => setRoute(routeAt(location));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);

  // It came in a link: from here on it is in no address.
  useEffect(() => {
    if (route.view === 'personal') history.replaceState(null, '', addressOf(route));
  }, [route]);

  const go = useCallback<Go>((route, how) => {
    const address = addressOf(route);
    if (how === 'replace') history.replaceState(null, '', address);
    else if (address !== location.pathname + location.search) history.pushState(null, '', address);
    if (how !== 'replace') scrollTo({ top: 0 });
    // A new object each time: the same search again is a new look.
    setRoute({ ...route });
  }, []);

  return [route, go];
}
