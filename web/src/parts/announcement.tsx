import { useSpeech, type Speech } from '../language/language.ts';
import type { View } from '../order/use-order.ts';
import { failureWords } from './failure-words.ts';

/** What a screen reader says when the result changes. Countdowns are left out: the words stay the same. */
export function Announcement({ view }: { view: View }) {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {words(view, useSpeech())}
    </p>
  );
}

function words(view: View, { t, format }: Speech): string {
  if (view.kind === 'none') return '';
  if (view.kind === 'loading') return t.loading;
  if (view.kind !== 'found') {
    const { heading, text } = failureWords(view, t, 'order');
    return `${heading}. ${text}`;
  }
  const { source } = view;
  if (source === undefined) return t.found(view.uid);
  const duration = source.durationMs === undefined ? '' : t.milliseconds(format.duration(source.durationMs));
  return `${t.found(view.uid)} ${t.source[source.from]} ${duration}`;
}
