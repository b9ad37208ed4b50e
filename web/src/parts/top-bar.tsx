import { useSpeech, type Language } from '../language/language.ts';
import type { OrderLookup } from '../order/use-order.ts';
import type { Theme } from '../preferences.ts';
import { Icon, Logo } from './icons.tsx';
import { SearchField } from './search-field.tsx';
import { Switch } from './switch.tsx';

type Props = {
  lookup: OrderLookup;
  language: Language;
  onLanguage: (language: Language) => void;
  theme: Theme;
  onTheme: (theme: Theme) => void;
};

export function TopBar({ lookup, language, onLanguage, theme, onTheme }: Props) {
  const { t } = useSpeech();
  return (
    <header class="top-bar">
      <div class="top-bar-inner">
        <a
          class="brand"
          href="/"
          onClick={(event) => {
            // A click with a modifier opens a new tab, as with any link.
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            lookup.search('');
          }}
        >
          <Logo />
          <span>{t.product}</span>
        </a>
        <SearchField lookup={lookup} />
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
