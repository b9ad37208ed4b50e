import { useSpeech } from '../language/language.ts';
import { GridTable } from '../parts/grid-table.tsx';
import { PageLink } from '../parts/page-link.tsx';
import type { Go } from '../route.ts';
import type { Summary } from './dead-letter.ts';
import { Reason } from './reason.tsx';

type Props = { letters: Summary[]; selected: string[]; onSelect: (ids: string[]) => void; go: Go };

/** As many as one request takes. */
const maxSelected = 1_000;

export function LetterTable({ letters, selected, onSelect, go }: Props) {
  const { t } = useSpeech();
  const { columns } = t.repair;
  const open = letters.filter(({ status }) => status === 'open').map(({ id }) => id);
  const all = open.length > 0 && open.every((id) => selected.includes(id));
  const selectAll = (
    <input
      type="checkbox"
      aria-label={t.repair.selectAll}
      checked={all}
      disabled={open.length === 0}
      onChange={() => onSelect(all ? [] : open.slice(0, maxSelected))}
    />
  );
  const headings = [selectAll, columns.reason, columns.place, columns.kept, columns.status];
  return (
    <GridTable name="letter-table" headings={headings} label={t.repair.heading}>
      {letters.map((letter) => (
        <LetterRow
          key={letter.id}
          letter={letter}
          isSelected={selected.includes(letter.id)}
          onSelect={(isSelected) =>
            onSelect(isSelected ? [...selected, letter.id] : selected.filter((id) => id !== letter.id))
          }
          go={go}
        />
      ))}
    </GridTable>
  );
}

type RowProps = { letter: Summary; isSelected: boolean; onSelect: (isSelected: boolean) => void; go: Go };

function LetterRow({ letter, isSelected, onSelect, go }: RowProps) {
  const { t, format } = useSpeech();
  const { id, code, reason, topic, partition, offset, status, attempts, created_at } = letter;
  return (
    <tr role="row" class={isSelected ? 'selected' : ''}>
      <td role="cell">
        <input
          type="checkbox"
          aria-label={t.repair.select(id)}
          checked={isSelected}
          disabled={status !== 'open'}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      </td>
      <td role="cell" class="reason-cell">
        <PageLink to={{ view: 'repair', id }} go={go}>
          {t.repair.codes[code as keyof typeof t.repair.codes] ?? code}
        </PageLink>
        <span class="reason">
          <Reason text={reason} />
        </span>
      </td>
      <td role="cell" class="mono place-cell">
        {topic}/{partition}:{offset}
      </td>
      <td role="cell" class="kept-cell">
        <time dateTime={created_at} title={created_at}>
          {format.clock(new Date(created_at))}
        </time>
      </td>
      <td role="cell" class="status-cell">
        <StatusPill status={status} />
        {attempts > 0 && <span class="aside">{t.repair.attempts(attempts)}</span>}
      </td>
    </tr>
  );
}

export function StatusPill({ status }: { status: Summary['status'] }) {
  const { t } = useSpeech();
  return <span class={`pill status ${status}`}>{t.repair.statuses[status]}</span>;
}
