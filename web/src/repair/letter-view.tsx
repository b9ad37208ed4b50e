import { useSpeech } from '../language/language.ts';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { Notice } from '../parts/notice.tsx';
import { PageLink } from '../parts/page-link.tsx';
import type { Go } from '../route.ts';
import type { Letter } from './dead-letter.ts';
import { StatusPill } from './letter-table.tsx';
import { Mend } from './mend.tsx';
import { RecordCard } from './record-card.tsx';
import { useLetter } from './use-letter.ts';

export function LetterView({ id, go }: { id: string; go: Go }) {
  const { t } = useSpeech();
  const { view, reload } = useLetter(id);
  if (view.kind === 'loading') return <div class="table-skeleton" aria-busy="true" />;
  if (view.kind === 'not-found' || view.kind === 'invalid') {
    return (
      <Notice icon="search" tone="neutral" {...t.repair.notFound} about={id}>
        <PageLink class="button" to={{ view: 'repair', id: undefined }} go={go}>
          {t.repair.back}
        </PageLink>
      </Notice>
    );
  }
  if (view.kind !== 'shown') return <FailureNotice view={view} about={id} subject="list" onRetry={reload} />;
  const { letter } = view;
  return (
    <article class="letter" aria-labelledby="letter-heading">
      <LetterHead letter={letter} go={go} />
      <div class="letter-columns">
        {/* Anew when its state has changed: what is typed then is a new correction. */}
        <Mend key={letter.status} letter={letter} onReplayed={reload} go={go} />
        <RecordCard letter={letter} go={go} />
      </div>
    </article>
  );
}

function LetterHead({ letter, go }: { letter: Letter; go: Go }) {
  const { t, format } = useSpeech();
  const { id, code, topic, partition, offset, created_at, status } = letter;
  const kept = format.moment(new Date(created_at));
  return (
    <header class="order-head">
      <div class="order-title">
        <p class="eyebrow">
          <PageLink to={{ view: 'repair', id: undefined }} go={go}>
            {t.repair.back}
          </PageLink>
        </p>
        <h1 id="letter-heading">
          <span>{t.repair.title(id)}</span>
        </h1>
        <p class="letter-words">
          <StatusPill status={status} /> {t.repair.codes[code as keyof typeof t.repair.codes] ?? code}
          {' · '}
          <span class="mono">
            {topic}/{partition}:{offset}
          </span>
          {' · '}
          {kept?.local}
        </p>
      </div>
    </header>
  );
}
