import { useSpeech, type Language } from '../language/language.ts';
import type { Theme } from '../preferences.ts';
import type { Go, Route } from '../route.ts';
import { Icon, Logo } from './icons.tsx';
import { PageLink } from './page-link.tsx';
import { SearchField } from './search-field.tsx';
import { Switch } from './switch.tsx';

type Props = {
  route: Route;
  go: Go;
  language: Language;
  onLanguage: (language: Language) => void;
  theme: Theme;
  onTheme: (theme: Theme) => void;
};

export function TopBar({ route, go, language, onLanguage, theme, onTheme }: Props) {
  const { t } = useSpeech();
  const looksUp = ['start', 'order', 'orders', 'personal'].includes(route.view);
  return (
    <header class="top-bar">
      <div class="top-bar-inner">
        <PageLink class="brand" to={{ view: 'start' }} go={go}>
          <Logo />
          <span>{t.product}</span>
        </PageLink>
        <nav class="views" aria-label={t.views.label}>
          <PageLink to={{ view: 'start' }} go={go} current={looksUp}>
            {t.views.find}
          </PageLink>
          <PageLink to={{ view: 'watch' }} go={go} current={route.view === 'watch'}>
            {t.views.watch}
          </PageLink>
          <PageLink to={{ view: 'repair', id: undefined }} go={go} current={route.view === 'repair'}>
            {t.views.repair}
          </PageLink>
        </nav>
        <SearchField route={route} go={go} />
        <div class="preferences">
          <Switch
            label={t.language}
            chosen={language}
            onChoose={onLanguage}
            choices={[
              { value: 'en', label: 'English', shown: 'EN', lang: 'en' },
              { value: 'ru', label: 'Русский', shown: 'RU', lang: 'ru' },
            ]}
          />
          <Switch
            label={t.theme}
            chosen={theme}
            onChoose={onTheme}
            choices={[
              { value: 'system', label: t.themes.system, shown: <Icon name="system" /> },
              { value: 'light', label: t.themes.light, shown: <Icon name="light" /> },
              { value: 'dark', label: t.themes.dark, shown: <Icon name="dark" /> },
            ]}
          />
        </div>
      </div>
    </header>
  );
}
