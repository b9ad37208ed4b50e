import type { Delivery } from '../../../src/core/order.ts';
import { useSpeech } from '../language/language.ts';
import { Card, Field } from './card.tsx';
import { Value } from './value.tsx';

export function DeliveryCard({ delivery, service }: { delivery: Delivery; service: string }) {
  const { t } = useSpeech();
  return (
    <Card heading={t.delivery.heading} name="delivery">
      <div class="card-body">
        <p class="recipient">
          <Value text={delivery.name} />
        </p>
        <dl class="fields">
          <Field label={t.delivery.phone}>
            <Value text={delivery.phone} />
          </Field>
          <Field label={t.delivery.email}>
            <Value text={delivery.email} />
          </Field>
        </dl>
        <dl class="fields">
          <Field label={t.delivery.address}>
            <Value text={delivery.address} />
          </Field>
          <Field label={t.delivery.city}>
            <Value text={delivery.city} />
          </Field>
          <Field label={t.delivery.region}>
            <Value text={delivery.region} />
          </Field>
          <Field label={t.delivery.zip}>
            <Value text={delivery.zip} />
          </Field>
          <Field label={t.delivery.service}>
            <Value text={service} />
          </Field>
        </dl>
      </div>
    </Card>
  );
}
