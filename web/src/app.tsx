import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { DocsView } from './docs/docs-view.tsx';
import { speechIn, SpeechContext, type Language, type Speech } from './language/language.ts';
import { useOrder, type OrderLookup } from './order/use-order.ts';
import { OrdersView } from './orders/orders-view.tsx';
import { Announcement } from './parts/announcement.tsx';
import { EmptyState } from './parts/empty-state.tsx';
import { PageLink } from './parts/page-link.tsx';
import { PersonalNotice } from './parts/personal-notice.tsx';
import { Results } from './parts/results.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { preferredLanguage, preferredTheme, rememberLanguage, rememberTheme } from './preferences.ts';
import type { Theme } from './preferences.ts';
import { RepairView } from './repair/repair-view.tsx';
import { useRoute, type Go, type Route } from './route.ts';
import { useTabIcon } from './tab-icon.ts';
import { WatchView } from './watch/watch-view.tsx';

export function App() {
  const [language, setLanguage] = useState<Language>(preferredLanguage);
  const [theme, setTheme] = useState<Theme>(preferredTheme);
  const speech = useMemo(() => speechIn(language), [language]);
  const [route, go] = useRoute();
  const lookup = useOrder(route, go);
  const main = useRef<HTMLElement>(null);
  const { t } = speech;

  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    const title = titleOf(route, speech);
    document.title = title === undefined ? t.product : `${title} · ${t.product}`;
  }, [route, speech, t]);
  // The link that was followed may be gone with its view: who goes by keyboard goes on in the new one.
  const routeBefore = useRef(route);
  useEffect(() => {
    if (routeBefore.current !== route && document.activeElement === document.body)
      main.current?.focus({ preventScroll: true });
    routeBefore.current = route;
  }, [route]);
  useTabIcon(route.view === 'order' ? route.uid : undefined);

  return (
    <SpeechContext.Provider value={speech}>
      <TopBar
        route={route}
        go={go}
        language={language}
        onLanguage={(chosen) => {
          rememberLanguage(chosen);
          setLanguage(chosen);
        }}
        theme={theme}
        onTheme={(chosen) => {
          rememberTheme(chosen);
          setTheme(chosen);
        }}
      />
      <main class="page" ref={main} tabIndex={-1} aria-busy={lookup.view.kind === 'loading'}>
        <View route={route} go={go} lookup={lookup} />
      </main>
      <footer class="foot">
        <PageLink to={{ view: 'docs' }} go={go}>
          {t.api}
        </PageLink>
      </footer>
      <Announcement view={lookup.view} route={route} />
    </SpeechContext.Provider>
  );
}

function View({ route, go, lookup }: { route: Route; go: Go; lookup: OrderLookup }) {
  switch (route.view) {
    case 'start':
      return <EmptyState go={go} />;
    case 'order':
      return <Results lookup={lookup} go={go} />;
    case 'orders':
      return <OrdersView key={`${route.by} ${route.value}`} by={route.by} value={route.value} go={go} />;
    case 'personal':
      return <PersonalNotice text={route.text} go={go} />;
    case 'watch':
      return <WatchView go={go} />;
    case 'repair':
      return <RepairView id={route.id} go={go} />;
    case 'docs':
      return <DocsView />;
  }
}

function titleOf(route: Route, { t }: Speech): string | undefined {
  switch (route.view) {
    case 'order':
      return t.titleOf(route.uid);
    case 'orders':
      return `${t.orders[route.by].eyebrow}: ${route.value}`;
    case 'watch':
      return t.views.watch;
    case 'repair':
      return route.id === undefined ? t.repair.heading : t.repair.title(route.id);
    case 'docs':
      return t.api;
    default:
      return undefined;
  }
}
