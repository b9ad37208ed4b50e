import { useSpeech } from '../language/language.ts';
import { Icon } from '../parts/icons.tsx';
import { PageLink } from '../parts/page-link.tsx';
import type { Go } from '../route.ts';
import type { Result, Status } from './dead-letter.ts';
import type { Check } from './use-letter.ts';

type Props = { check: Check } | { status: Status; result: Result | undefined; go: Go };

/** What the service says to what stands in the field, or what became of it. */
export function Verdict(props: Props) {
  const { t } = useSpeech();
  const { verdict } = t.repair;
  if ('status' in props) {
    const { status, result, go } = props;
    const uid = result?.order_uid;
    return (
      <p class={`verdict ${status === 'replayed' ? 'good' : 'unknown'}`} role="status">
        <Icon name="check" />
        <span>
          {status === 'replayed' ? verdict.replayed : verdict.superseded}{' '}
          {uid !== undefined && uid !== null && (
            <PageLink class="mono" to={{ view: 'order', uid }} go={go}>
              {uid}
            </PageLink>
          )}
        </span>
      </p>
    );
  }
  const { check } = props;
  if (check.kind === 'checking') return <Line tone="unknown" text={verdict.checking} />;
  if (check.kind === 'failed') return <Line tone="warning" text={verdict.failed} />;
  const { outcome, errors, order_uid } = check.result;
  if (outcome === 'invalid') return <Line tone="warning" text={verdict.invalid(errors.length)} />;
  if (outcome === 'replayed') return <Line tone="good" text={verdict.valid(order_uid ?? '')} />;
  return <Line tone="good" text={verdict.older} />;
}

function Line({ tone, text }: { tone: 'good' | 'warning' | 'unknown'; text: string }) {
  return (
    <p class={`verdict ${tone}`} role="status">
      <Icon name={tone === 'good' ? 'check' : tone === 'warning' ? 'warning' : 'clock'} />
      <span>{text}</span>
    </p>
  );
}
