import { useSpeech } from '../language/language.ts';
import { Card, Field } from '../parts/card.tsx';
import { PageLink } from '../parts/page-link.tsx';
import { Time } from '../parts/time.tsx';
import { Value } from '../parts/value.tsx';
import type { Go } from '../route.ts';
import { bytesOf, type Bytes, type Letter } from './dead-letter.ts';
import { Reason } from './reason.tsx';

/** The record around the value, its bytes, and what was tried so far. */
export function RecordCard({ letter, go }: { letter: Letter; go: Go }) {
  const { t, format } = useSpeech();
  const { record } = t.repair;
  const { headers, history } = letter;
  const bytes = bytesOf(letter.value);
  return (
    <div class="column">
      <Card heading={record.heading} name="record">
        <dl class="fields card-body">
          <Field label={record.reason}>
            <Reason text={letter.reason} />
          </Field>
          <Field label={record.sent}>
            <Time date={new Date(letter.record_timestamp)} sent={letter.record_timestamp} />
          </Field>
          <Field label={record.key}>
            <Written bytes={letter.key} />
          </Field>
          {headers.map(({ key, value }, index) => (
            <Field key={index} label={key.text ?? key.base64 ?? ''} wire>
              <Written bytes={value} />
            </Field>
          ))}
          <Field label={record.size}>{record.bytes(format.number(bytes.length))}</Field>
        </dl>
        {bytes.length > 0 && (
          <details class="hex">
            <summary>{record.hex}</summary>
            <pre class="json" tabIndex={0}>
              {hexLines(bytes)}
            </pre>
          </details>
        )}
      </Card>
      {history.length > 0 && (
        <Card heading={record.history} name="history">
          <ol class="history card-body" reversed>
            {history.map(({ attempt, at, outcome, order_uid, reason, corrected }) => (
              <li key={attempt}>
                <span class={`pill status ${outcome}`}>{t.repair.became[outcome]}</span>{' '}
                <span class="aside">
                  {format.clock(new Date(at))}
                  {corrected && ` · ${record.corrected}`}
                </span>
                {order_uid !== null && outcome !== 'invalid' && (
                  <PageLink class="mono" to={{ view: 'order', uid: order_uid }} go={go}>
                    {order_uid}
                  </PageLink>
                )}
                {reason !== null && (
                  <p class="reason">
                    <Reason text={reason} />
                  </p>
                )}
              </li>
            ))}
          </ol>
        </Card>
      )}
    </div>
  );
}

function Written({ bytes }: { bytes: Bytes }) {
  const { t } = useSpeech();
  if (bytes === null) return <span class="absent">null</span>;
  if (bytes.text !== undefined) return <Value text={bytes.text} />;
  return (
    <span class="mono">
      {t.repair.record.base64} <Value text={bytes.base64 ?? ''} />
    </span>
  );
}

const maxHexBytes = 2_048;

function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, maxHexBytes); at += 8) {
    const row = [...bytes.subarray(at, at + 8)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(23)}  ${letters}`);
  }
  return lines.join('\n') + (bytes.length > maxHexBytes ? '\n…' : '');
}
