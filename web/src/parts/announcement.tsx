import { useSpeech, type Speech } from '../language/language.ts';
import type { View } from '../order/use-order.ts';
import type { Route } from '../route.ts';
import { failureWords, personalWords } from './failure-words.ts';

/** What a screen reader says when the result changes. Countdowns are left out: the words stay the same. */
export function Announcement({ view, route }: { view: View; route: Route }) {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {words(view, route, useSpeech())}
    </p>
  );
}

function words(view: View, route: Route, { t, format }: Speech): string {
  if (route.view === 'personal') return said(personalWords(route.text, t));
  if (view.kind === 'none') return '';
  if (view.kind === 'loading') return t.loading;
  if (view.kind !== 'found') return said(failureWords(view, t, 'order'));
  const { source } = view;
  if (source === undefined) return t.found(view.uid);
  const duration = source.durationMs === undefined ? '' : t.milliseconds(format.duration(source.durationMs));
  return `${t.found(view.uid)} ${t.source[source.from]} ${duration}`;
}

function said({ heading, text }: { heading: string; text: string }): string {
  return `${heading}. ${text}`;
}
