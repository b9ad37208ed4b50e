import { useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { Icon } from '../parts/icons.tsx';
import { MoreButton } from '../parts/more-button.tsx';
import { Notice } from '../parts/notice.tsx';
import type { Go } from '../route.ts';
import { BulkPanel } from './bulk-panel.tsx';
import { everything, wordsOf, type Filter } from './dead-letter.ts';
import { Filters } from './filters.tsx';
import { LetterTable } from './letter-table.tsx';
import { LetterView } from './letter-view.tsx';
import { useBulk } from './use-bulk.ts';
import { useDeadLetters } from './use-dead-letters.ts';

/** Dead letters: found, looked at, mended, replayed. The list keeps its filter while one of them is open. */
export function RepairView({ id, go }: { id: string | undefined; go: Go }) {
  const [filter, setFilter] = useState(everything);
  if (id !== undefined) return <LetterView key={id} id={id} go={go} />;
  return <DeadLetterList filter={filter} onFilter={setFilter} go={go} />;
}

function DeadLetterList({
  filter,
  onFilter,
  go,
}: {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  go: Go;
}) {
  const { t } = useSpeech();
  const { listing, reload, more } = useDeadLetters(filter);
  const [selected, setSelected] = useState<string[]>([]);
  const { bulk, start, stop, close } = useBulk(reload);
  const canReplayAll = filter.status === 'open' && listing.kind === 'listed' && listing.letters.length > 0;

  return (
    <section class="repair" aria-labelledby="repair-heading">
      <header class="repair-head">
        <h1 id="repair-heading">{t.repair.heading}</h1>
        <p class="aside">{t.repair.lead}</p>
      </header>
      <Filters
        filter={filter}
        onFilter={(filter) => {
          setSelected([]);
          onFilter(filter);
        }}
      />
      <div class="bulk-actions">
        <button
          class="button"
          type="button"
          disabled={selected.length === 0}
          onClick={() => void start({ ids: selected }, true)}
        >
          {t.repair.bulk.checkSelected(selected.length)}
        </button>
        <button
          class="button"
          type="button"
          disabled={!canReplayAll}
          onClick={() => void start({ filter: wordsOf(filter, Date.now()) }, true)}
        >
          {t.repair.bulk.checkAll}
        </button>
        <button class="button" type="button" onClick={reload}>
          <Icon name="reload" />
          {t.repair.reload}
        </button>
      </div>
      {bulk !== undefined && (
        <BulkPanel
          bulk={bulk}
          go={go}
          onReplay={() => void start(bulk.chosen, false)}
          onStop={stop}
          onClose={() => {
            close();
            setSelected([]);
          }}
        />
      )}
      {listing.kind === 'loading' ? (
        <div class="table-skeleton" aria-busy="true" />
      ) : listing.kind !== 'listed' ? (
        <FailureNotice view={listing} about="" subject="list" onRetry={reload} />
      ) : listing.letters.length === 0 ? (
        <Notice icon="check" tone="neutral" level={2} {...t.repair.none} />
      ) : (
        <>
          <div class="card">
            <LetterTable letters={listing.letters} selected={selected} onSelect={setSelected} go={go} />
          </div>
          {listing.next !== null && <MoreButton state={listing.more} more={more} />}
        </>
      )}
    </section>
  );
}
