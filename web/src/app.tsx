import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { speechIn, SpeechContext, type Language } from './language/language.ts';
import { useOrder } from './order/use-order.ts';
import { Announcement } from './parts/announcement.tsx';
import { Results } from './parts/results.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { preferredLanguage, preferredTheme, rememberLanguage, rememberTheme } from './preferences.ts';
import type { Theme } from './preferences.ts';

export function App() {
  const [language, setLanguage] = useState<Language>(preferredLanguage);
  const [theme, setTheme] = useState<Theme>(preferredTheme);
  const speech = useMemo(() => speechIn(language), [language]);
  const lookup = useOrder();
  const { t } = speech;

  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    document.title = lookup.uid === '' ? t.product : `${t.titleOf(lookup.uid)} · ${t.product}`;
  }, [lookup.uid, t]);

  return (
    <SpeechContext.Provider value={speech}>
      <TopBar
        lookup={lookup}
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
      <main class="page" aria-busy={lookup.view.kind === 'loading'}>
        <Results lookup={lookup} />
      </main>
      <footer class="foot">
        <a href="/openapi.json">{t.api}</a>
      </footer>
      <Announcement view={lookup.view} />
    </SpeechContext.Provider>
  );
}
