import { useSpeech } from '../language/language.ts';
import { NumberText, type Json, type UnknownField } from '../order/document.ts';
import { jsonLine } from '../order/json-text.ts';
import { Card } from './card.tsx';
import { Value } from './value.tsx';

/** Deeper than this a value is shown as JSON: on a phone there is no room left to indent. */
const deepest = 4;

export function UnknownFields({ fields }: { fields: UnknownField[] }) {
  const { t } = useSpeech();
  return (
    <Card heading={t.unknown.heading} name="unknown">
      <div class="card-body">
        <p class="note">{t.unknown.note}</p>
        <Entries entries={fields.map(({ path, value }) => [path, value])} depth={0} />
      </div>
    </Card>
  );
}

function Entries({ entries, depth }: { entries: [string, Json][]; depth: number }) {
  return (
    <dl class="tree">
      {entries.map(([key, value], index) => (
        <div key={index}>
          <dt>
            <Value text={key} />
          </dt>
          <dd>
            <Node value={value} depth={depth} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Node({ value, depth }: { value: Json; depth: number }) {
  if (typeof value === 'string') return <Value text={value} />;
  if (value instanceof NumberText) return <span class="literal">{value.text}</span>;
  if (value === null || typeof value === 'boolean') return <span class="literal">{String(value)}</span>;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span class="literal">{Array.isArray(value) ? '[ ]' : '{ }'}</span>;
  if (depth >= deepest) return <Value text={jsonLine(value)} />;
  return <Entries entries={entries} depth={depth + 1} />;
}
