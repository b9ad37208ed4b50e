import { useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';

/** As much as fits a card comfortably; the rest is a click away. */
const comfortable = 240;

/**
 * A value that somebody else wrote: text only, isolated, so that right-to-left marks in it cannot turn the
 * words around it.
 */
export function Value({ text }: { text: string }) {
  const { t, format } = useSpeech();
  const [whole, setWhole] = useState(false);
  if (text.trim() === '') return <span class="absent">{t.emptyValue}</span>;
  if (whole || text.length <= comfortable * 1.25) return <bdi class="value">{text}</bdi>;
  return (
    <>
      <bdi class="value">{beginning(text)}…</bdi>{' '}
      <button class="text-button" type="button" onClick={() => setWhole(true)}>
        {t.showAll(format.number(text.length))}
      </button>
    </>
  );
}

/** Without half of a character that takes two units. */
function beginning(text: string): string {
  return text.slice(0, comfortable).replace(/[\uD800-\uDBFF]$/, '');
}
