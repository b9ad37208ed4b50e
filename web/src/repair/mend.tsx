import { useEffect, useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { jsonLines } from '../order/json-text.ts';
import { parseExactly } from '../order/document.ts';
import type { Go } from '../route.ts';
import type { Letter, Result } from './dead-letter.ts';
import { Editor } from './editor.tsx';
import { Errors, type PlacedError } from './errors.tsx';
import { lineOf, placeOf, placesIn } from './json-places.ts';
import { replay, useCheck } from './use-letter.ts';
import { Verdict } from './verdict.tsx';

type Props = { letter: Letter; onReplayed: () => void; go: Go };

export function Mend({ letter, onReplayed, go }: Props) {
  const { t } = useSpeech();
  const isOpen = letter.status === 'open';
  const original = letter.value?.text ?? '';
  const [text, setText] = useState(letter.latest_correction?.text ?? original);
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState<Result>();
  const [failed, setFailed] = useState(false);
  const check = useCheck(letter.id, text, original, isOpen);
  const field = useRef<HTMLTextAreaElement>(null);
  const errors = place(text, check.kind === 'checked' ? check.result.errors : isOpen ? [] : letter.errors);
  const isOrder = check.kind === 'checked' && check.result.outcome !== 'invalid';
  const isChanged = text !== original;
  useWarning(isOpen && isChanged && sent === undefined);

  const send = async (): Promise<void> => {
    setSending(true);
    const answer = await replay(letter.id, text, original, false, new AbortController().signal);
    setSending(false);
    setFailed(answer.kind === 'failed');
    if (answer.kind !== 'checked') return;
    setSent(answer.result);
    onReplayed();
  };
  const show = ({ start, end }: PlacedError): void => {
    field.current?.focus();
    field.current?.setSelectionRange(start, end);
  };
  const formatted = (): string | undefined => {
    try {
      return jsonLines(parseExactly(text));
    } catch {
      return undefined;
    }
  };

  return (
    <section class="card mend" aria-labelledby="mend-heading">
      <header class="card-head">
        <h2 id="mend-heading">{t.repair.content}</h2>
        {isOpen && (
          <div class="bulk-buttons">
            <button class="button" type="button" disabled={!isChanged} onClick={() => setText(original)}>
              {t.repair.undo}
            </button>
            <button
              class="button"
              type="button"
              onClick={() => {
                const lines = formatted();
                if (lines !== undefined) setText(lines);
              }}
            >
              {t.repair.format}
            </button>
          </div>
        )}
      </header>
      {letter.value?.base64 !== undefined && <p class="mend-note">{t.repair.notText}</p>}
      {letter.value === null && <p class="mend-note">{t.repair.noValue}</p>}
      <Editor field={field} text={text} onText={setText} marks={errors} isReadOnly={!isOpen} />
      <div class="card-body mend-foot">
        {isOpen ? <Verdict check={check} /> : <Verdict status={letter.status} result={sent} go={go} />}
        <Errors errors={errors} onShow={show} />
        {failed && (
          <p class="mismatch" role="alert">
            {t.repair.notSent}
          </p>
        )}
        {isOpen && (
          <button
            class="button primary"
            type="button"
            disabled={!isOrder || sending}
            onClick={() => void send()}
          >
            {isChanged ? t.repair.replayCorrected : t.repair.replayAsIs}
          </button>
        )}
      </div>
    </section>
  );
}

/** Errors with their place in the text; one that names none is at the position in its words, or nowhere. */
function place(text: string, errors: { path: string; message: string }[]): PlacedError[] {
  const places = placesIn(text);
  return errors.map(({ path, message }) => {
    const position = path === '' ? /at position (\d+)/.exec(message)?.[1] : undefined;
    const at = Number(position);
    const found =
      position === undefined ? placeOf(places, path) : { start: at, end: Math.min(at + 1, text.length) };
    const { start, end } = found ?? { start: 0, end: 0 };
    return {
      path,
      message,
      start,
      end,
      line: found === undefined || text === '' ? undefined : lineOf(text, start),
    };
  });
}

/** Before the page is left with something typed that is not sent. */
function useWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isNeeded]);
}
