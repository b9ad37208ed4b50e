import { useSpeech } from '../language/language.ts';
import { Value } from '../parts/value.tsx';
import type { FieldError } from './dead-letter.ts';
import type { Place } from './json-places.ts';
import { Reason } from './reason.tsx';

/** Without a line where there is no place for it. */
export type PlacedError = FieldError & Place & { line: number | undefined };

/** More than these are not read; mending the first makes the others go. */
const maxShown = 50;

/** Each error with its line; a click goes there. */
export function Errors({ errors, onShow }: { errors: PlacedError[]; onShow: (error: PlacedError) => void }) {
  const { t } = useSpeech();
  if (errors.length === 0) return null;
  return (
    <ul class="errors">
      {errors.slice(0, maxShown).map((error) => (
        <li key={`${error.path} ${error.message}`}>
          <button type="button" onClick={() => onShow(error)}>
            <span class="error-line">{error.line === undefined ? '–' : t.repair.line(error.line)}</span>
            <span>
              {error.path !== '' && (
                <span class="mono">
                  <Value text={error.path} />{' '}
                </span>
              )}
              <Reason text={error.message} />
            </span>
          </button>
        </li>
      ))}
      {errors.length > maxShown && <li class="aside">+{errors.length - maxShown}</li>}
    </ul>
  );
}
