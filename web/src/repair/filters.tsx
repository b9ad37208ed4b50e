import { useSpeech } from '../language/language.ts';
import { codes, type Filter, type Status } from './dead-letter.ts';

type Props = { filter: Filter; onFilter: (filter: Filter) => void };

export function Filters({ filter, onFilter }: Props) {
  const { t } = useSpeech();
  const { filters, codes: codeNames, statuses } = t.repair;
  return (
    <form
      class="filters"
      role="search"
      aria-label={filters.label}
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        <span>{filters.status}</span>
        <select
          value={filter.status}
          onChange={(event) => onFilter({ ...filter, status: event.currentTarget.value as Status | '' })}
        >
          {(['open', 'replayed', 'superseded'] as const).map((status) => (
            <option key={status} value={status}>
              {statuses[status]}
            </option>
          ))}
          <option value="">{filters.any}</option>
        </select>
      </label>
      <label>
        <span>{filters.code}</span>
        <select
          value={filter.code}
          onChange={(event) => onFilter({ ...filter, code: event.currentTarget.value })}
        >
          <option value="">{filters.any}</option>
          {codes.map((code) => (
            <option key={code} value={code}>
              {codeNames[code]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{filters.time}</span>
        <select
          value={String(filter.withinHours)}
          onChange={(event) => onFilter({ ...filter, withinHours: Number(event.currentTarget.value) })}
        >
          {filters.times.map(([hours, words]) => (
            <option key={hours} value={String(hours)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label class="filter-reason">
        <span>{filters.reason}</span>
        <input
          type="text"
          maxLength={200}
          value={filter.reason}
          placeholder={filters.reasonExample}
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => onFilter({ ...filter, reason: event.currentTarget.value })}
        />
      </label>
    </form>
  );
}
