import { useSpeech } from '../language/language.ts';
import { PageLink } from '../parts/page-link.tsx';
import type { Go } from '../route.ts';
import type { Outcome } from './dead-letter.ts';
import { Reason } from './reason.tsx';
import type { Bulk } from './use-bulk.ts';

type Props = { bulk: Bulk; go: Go; onReplay: () => void; onStop: () => void; onClose: () => void };

const outcomes: Outcome[] = [
  'replayed',
  'superseded',
  'invalid',
  'already_replayed',
  'already_superseded',
  'not_found',
];

/** First what would happen, then, on a second word, that it happens. */
export function BulkPanel({ bulk, go, onReplay, onStop, onClose }: Props) {
  const { t, format } = useSpeech();
  const { state, isDryRun, done, total, counts, results } = bulk;
  const words = isDryRun ? t.repair.wouldBe : t.repair.became;
  const isRunning = state === 'running' || state === 'waiting';
  const mendable = (counts.replayed ?? 0) + (counts.superseded ?? 0);
  const heading = isDryRun ? t.repair.bulk.checking : t.repair.bulk.replaying;
  return (
    <section class="card bulk" aria-labelledby="bulk-heading">
      <header class="card-head">
        <h2 id="bulk-heading">
          {isRunning ? heading : isDryRun ? t.repair.bulk.checked : t.repair.bulk.replayed}
        </h2>
        <div class="bulk-buttons">
          {isRunning && (
            <button class="button" type="button" onClick={onStop}>
              {t.repair.bulk.stop}
            </button>
          )}
          {state === 'done' && isDryRun && mendable > 0 && (
            <button class="button primary" type="button" onClick={onReplay}>
              {t.repair.bulk.replay(mendable)}
            </button>
          )}
          {!isRunning && (
            <button class="button" type="button" onClick={onClose}>
              {t.repair.bulk.close}
            </button>
          )}
        </div>
      </header>
      <div class="card-body">
        <progress value={done} max={Math.max(total, 1)} aria-labelledby="bulk-heading" />
        <p role="status">
          {t.repair.bulk.progress(format.number(done), format.number(total))}
          {state !== 'running' && state !== 'done' && <> · {t.repair.bulk.states[state]}</>}
        </p>
        <ul class="tally">
          {outcomes
            .filter((outcome) => counts[outcome])
            .map((outcome) => (
              <li key={outcome}>
                <strong>{format.number(counts[outcome] ?? 0)}</strong> {words[outcome]}
              </li>
            ))}
        </ul>
        {results.length > 0 && (
          <details class="bulk-results">
            <summary>{t.repair.bulk.each}</summary>
            <ul>
              {results.map(({ id, outcome, order_uid, reason }) => (
                <li key={id}>
                  <PageLink to={{ view: 'repair', id }} go={go}>
                    #{id}
                  </PageLink>
                  <span class={`pill status ${outcome}`}>{words[outcome]}</span>
                  {order_uid !== null && !isDryRun ? (
                    <PageLink class="mono" to={{ view: 'order', uid: order_uid }} go={go}>
                      {order_uid}
                    </PageLink>
                  ) : (
                    <span class="reason">{reason !== null && <Reason text={reason} />}</span>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  );
}
