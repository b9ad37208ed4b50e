import type { Order } from '../../../src/core/order.ts';
import { useSpeech } from '../language/language.ts';
import { Card, Field } from './card.tsx';
import { Value } from './value.tsx';

export function DetailsCard({ order }: { order: Order }) {
  const { t, format } = useSpeech();
  const languageName = format.languageName(order.locale);
  return (
    <Card heading={t.details.heading} name="details">
      <dl class="fields card-body">
        <Field label={t.details.locale}>
          <Value text={order.locale} />
          {languageName !== undefined && <span class="aside"> {languageName}</span>}
        </Field>
        {/* As they are named in the document: whoever reads these looks for them there. */}
        <Field label="entry" wire>
          <Value text={order.entry} />
        </Field>
        <Field label="shardkey" wire>
          <Value text={order.shardkey} />
        </Field>
        <Field label="oof_shard" wire>
          <Value text={order.oof_shard} />
        </Field>
        <Field label="sm_id" wire>
          {String(order.sm_id)}
        </Field>
        <Field label={t.details.signature}>
          <Value text={order.internal_signature} />
        </Field>
      </dl>
    </Card>
  );
}
