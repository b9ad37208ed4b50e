import { useSpeech } from '../language/language.ts';
import type { OrderLookup } from '../order/use-order.ts';
import type { Go } from '../route.ts';
import { FailureNotice } from './failure-notice.tsx';
import { OrderView } from './order-view.tsx';
import { RenderGuard } from './render-guard.tsx';
import { Skeleton } from './skeleton.tsx';

export function Results({ lookup, go }: { lookup: OrderLookup; go: Go }) {
  const { view } = lookup;
  const { t } = useSpeech();
  if (view.kind === 'none' || view.kind === 'loading') return <Skeleton />;
  if (view.kind !== 'found') {
    return <FailureNotice view={view} about={view.uid} subject="order" onRetry={lookup.retry} />;
  }
  return (
    <RenderGuard key={`${view.uid} ${view.attempt}`} uid={view.uid} words={t}>
      <OrderView document={view.document} source={view.source} go={go} />
    </RenderGuard>
  );
}
