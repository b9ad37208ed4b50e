import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { cleanOrderId, personalIn } from '../order/order-id.ts';
import type { Go, Route } from '../route.ts';
import { Icon } from './icons.tsx';

export function SearchField({ route, go }: { route: Route; go: Go }) {
  const { t } = useSpeech();
  const [text, setText] = useState(() => searched(route));
  const field = useRef<HTMLInputElement>(null);
  const looksUp = !['watch', 'repair', 'docs'].includes(route.view);

  // Back and Forward change the order; the field says which one is shown.
  useLayoutEffect(() => setText(searched(route)), [route]);

  // Both before the paint, not after it: whoever types at once must not lose a letter.
  useLayoutEffect(() => {
    if (looksUp) field.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    const focusOnSlash = (event: KeyboardEvent): void => {
      const typing =
        event.target instanceof Element &&
        event.target.matches('input:not([type=radio], [type=checkbox]), textarea, select');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener('keydown', focusOnSlash);
    return () => removeEventListener('keydown', focusOnSlash);
  }, []);

  const submit = (event: Event): void => {
    event.preventDefault();
    const uid = cleanOrderId(text);
    setText(uid);
    field.current?.focus();
    if (uid === '') return;
    // The same again: what it is has been said.
    if (uid === searched(route)) go(route);
    else go(personalIn(uid) ? { view: 'personal', text: uid } : { view: 'order', uid });
    // The next paste replaces what is there.
    requestAnimationFrame(() => field.current?.select());
  };
  const clear = (): void => {
    setText('');
    field.current?.focus();
  };

  return (
    <search class="search">
      <form onSubmit={submit} action="/" method="get">
        <label class="unseen" for="order-uid">
          {t.search.label}
        </label>
        <Icon name="search" />
        <input
          ref={field}
          id="order-uid"
          name="order_uid"
          type="text"
          inputMode="text"
          enterKeyHint="search"
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellcheck={false}
          placeholder={t.search.placeholder}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') clear();
          }}
        />
        {text === '' ? (
          <kbd title={t.search.shortcut} aria-hidden="true">
            /
          </kbd>
        ) : (
          <button class="icon-button" type="button" aria-label={t.search.clear} onClick={clear}>
            <Icon name="clear" />
          </button>
        )}
        <button class="button primary" type="submit">
          {t.search.button}
        </button>
      </form>
    </search>
  );
}

function searched(route: Route): string {
  if (route.view === 'order') return route.uid;
  if (route.view === 'orders') return route.value;
  return route.view === 'personal' ? route.text : '';
}
