import { useSpeech } from '../language/language.ts';
import type { OrderLookup } from '../order/use-order.ts';
import { EmptyState } from './empty-state.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { OrderView } from './order-view.tsx';
import { RenderGuard } from './render-guard.tsx';
import { Skeleton } from './skeleton.tsx';

export function Results({ lookup }: { lookup: OrderLookup }) {
  const { view } = lookup;
  const { t } = useSpeech();
  if (view.kind === 'empty') return <EmptyState onSearch={lookup.search} />;
  if (view.kind === 'loading') return <Skeleton />;
  if (view.kind !== 'found') return <FailureNotice view={view} onRetry={lookup.retry} />;
  return (
    <RenderGuard key={`${view.uid} ${view.attempt}`} uid={view.uid} words={t}>
      <OrderView document={view.document} source={view.source} />
    </RenderGuard>
  );
}
