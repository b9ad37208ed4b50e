import type { Delivery } from '../../../src/core/order.ts';
import { useSpeech } from '../language/language.ts';
import { Card, Field } from './card.tsx';
import { maskOf, type Contact } from '../order/mask.ts';
import { Masked } from './masked.tsx';
import { Value } from './value.tsx';

type Props = {
  delivery: Delivery;
  service: string;
  revealed: Contact[];
  onReveal: (contact: Contact) => void;
};

export function DeliveryCard({ delivery, service, revealed, onReveal }: Props) {
  const { t } = useSpeech();
  return (
    <Card heading={t.delivery.heading} name="delivery">
      <div class="card-body">
        <p class="recipient">
          <Value text={delivery.name} />
        </p>
        <dl class="fields">
          <Field label={t.delivery.phone}>
            <Masked
              text={delivery.phone}
              mask={maskOf('phone', delivery.phone)}
              label={t.delivery.phone}
              isShown={revealed.includes('phone')}
              onShow={() => onReveal('phone')}
            />
          </Field>
          <Field label={t.delivery.email}>
            <Masked
              text={delivery.email}
              mask={maskOf('email', delivery.email)}
              label={t.delivery.email}
              isShown={revealed.includes('email')}
              onShow={() => onReveal('email')}
            />
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
