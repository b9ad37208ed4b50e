import { personalIn } from '../order/order-id.ts';
import type { Go, Key } from '../route.ts';
import { PageLink } from './page-link.tsx';
import { Value } from './value.tsx';

/** Longer than this nobody reads it in an address. */
const maxLength = 100;

/**
 * A track number or customer id as a link to all its orders. Not when it is too long (the live feed has shortened
 * it), and not when somebody uses emails or phones as ids: they must not get into addresses. Digits alone are taken
 * for the id that the order says they are.
 */
export function KeyLink({ by, value, go }: { by: Key; value: string; go: Go }) {
  const isPersonal = personalIn(value) !== undefined && !/^\d+$/.test(value);
  if (value.length > maxLength || isPersonal) return <Value text={value} />;
  return (
    <PageLink class="quiet-link" to={{ view: 'orders', by, value }} go={go}>
      <Value text={value} />
    </PageLink>
  );
}
