import { useId, useMemo } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import type { OrderDocument } from '../order/document.ts';
import { jsonLines } from '../order/json-text.ts';
import { maskDocument, type Contact } from '../order/mask.ts';

/** Longer than this it is one plain text: a hundred thousand colored words make a page slow. */
const maxColored = 60_000;

type Props = { document: OrderDocument; revealed: Contact[] };

/** The order as JSON beside the laid-out view: phone and email stay masked here until they are shown there. */
export function JsonPanel({ document, revealed }: Props) {
  const { t } = useSpeech();
  const id = useId();
  const { order, exact } = document;
  const text = useMemo(() => jsonLines(maskDocument(exact, revealed)) ?? t.tooDeep, [exact, revealed, t]);
  return (
    <section class="card json-panel" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{t.json}</h2>
        <a href={`/api/orders/${encodeURIComponent(order.order_uid)}`} target="_blank" rel="noreferrer">
          {t.openJson}
        </a>
      </header>
      {/* It scrolls: so it must be reached by keyboard. */}
      <pre class="json" tabIndex={0} aria-labelledby={id}>
        {text.length > maxColored ? text : <Colored text={text} />}
      </pre>
    </section>
  );
}

const token = /("(?:[^"\\]|\\.)*")(:)?|[-\d][\d.eE+-]*|true|false|null/g;

export function Colored({ text }: { text: string }) {
  const parts = useMemo(() => {
    const parts: { text: string; kind: string | undefined }[] = [];
    let end = 0;
    for (const match of text.matchAll(token)) {
      if (match.index > end) parts.push({ text: text.slice(end, match.index), kind: undefined });
      const [whole, quoted, colon] = match;
      if (quoted === undefined) parts.push({ text: whole, kind: 'json-literal' });
      else parts.push({ text: quoted, kind: colon ? 'json-key' : 'json-text' });
      if (colon) parts.push({ text: colon, kind: undefined });
      end = match.index + whole.length;
    }
    parts.push({ text: text.slice(end), kind: undefined });
    return parts;
  }, [text]);
  return parts.map(({ text, kind }, index) =>
    kind === undefined ? (
      text
    ) : (
      <span key={index} class={kind}>
        {text}
      </span>
    ),
  );
}
