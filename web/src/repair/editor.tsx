import { useMemo } from 'preact/hooks';
import type { RefObject } from 'preact';
import { useSpeech } from '../language/language.ts';
import type { Place } from './json-places.ts';

type Props = {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onText: (text: string) => void;
  marks: Place[];
  isReadOnly: boolean;
};

/** Longer texts are edited without marks: each key would draw all of it anew. */
const maxMarked = 100_000;

/**
 * A field for JSON with marks. The same text lies beneath the field, in the same type, with the marks in it; it
 * gives the field its height, and both scroll as one.
 */
export function Editor({ field, text, onText, marks, isReadOnly }: Props) {
  const { t } = useSpeech();
  const isMarked = text.length <= maxMarked;
  const beneath = useMemo(() => (isMarked ? marked(text, marks) : []), [isMarked, text, marks]);
  return (
    <div class={isMarked ? 'editor' : 'editor plain'}>
      {isMarked && (
        <pre aria-hidden="true">
          {beneath}
          {'\n'}
        </pre>
      )}
      <textarea
        ref={field}
        aria-label={t.repair.content}
        value={text}
        readOnly={isReadOnly}
        spellcheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        autoComplete="off"
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </div>
  );
}

function marked(text: string, marks: Place[]) {
  const parts = [];
  let end = 0;
  for (const mark of marks.toSorted((a, b) => a.start - b.start)) {
    // Marks within marks add nothing.
    if (mark.start < end || mark.end <= mark.start) continue;
    parts.push(text.slice(end, mark.start), <mark key={mark.start}>{text.slice(mark.start, mark.end)}</mark>);
    end = mark.end;
  }
  parts.push(text.slice(end));
  return parts;
}
