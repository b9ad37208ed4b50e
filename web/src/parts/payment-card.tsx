import type { Payment } from '../../../src/core/order.ts';
import { useSpeech, type Speech } from '../language/language.ts';
import { Card, Field } from './card.tsx';
import { Icon } from './icons.tsx';
import { Time } from './time.tsx';
import { Value } from './value.tsx';

export function PaymentCard({ payment }: { payment: Payment }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { currency } = payment;
  const currencyName = format.currencyName(currency);
  const mismatch = describeMismatch(payment, speech);
  return (
    <Card
      heading={t.payment.heading}
      name="payment"
      aside={
        mismatch === undefined ? (
          <span class="badge good">
            <Icon name="check" />
            {t.payment.addsUp}
          </span>
        ) : undefined
      }
    >
      <div class="payment-body">
        <div class="ledger">
          <dl>
            <Line sign="" label={t.payment.goods} value={format.number(payment.goods_total)} />
            <Line sign="+" label={t.payment.delivery} value={format.number(payment.delivery_cost)} />
            <Line sign="+" label={t.payment.fee} value={format.number(payment.custom_fee)} />
            <Line
              sign="="
              label={t.payment.amount}
              value={format.money(payment.amount, currency)}
              isTotal={true}
            />
          </dl>
          {mismatch !== undefined && (
            <p class="mismatch">
              <Icon name="warning" />
              <span>{mismatch}</span>
            </p>
          )}
        </div>
        <dl class="fields">
          <Field label={t.payment.paidAt}>
            <Time date={new Date(payment.payment_dt * 1000)} sent={String(payment.payment_dt)} />
          </Field>
          <Field label={t.payment.provider}>
            <Value text={payment.provider} />
          </Field>
          <Field label={t.payment.bank}>
            <Value text={payment.bank} />
          </Field>
          <Field label={t.payment.currency}>
            <Value text={currency} />
            {currencyName !== undefined && <span class="aside"> {currencyName}</span>}
          </Field>
          <Field label={t.payment.transaction}>
            <Value text={payment.transaction} />
          </Field>
          <Field label={t.payment.requestId}>
            <Value text={payment.request_id} />
          </Field>
        </dl>
      </div>
    </Card>
  );
}

type LineProps = { sign: string; label: string; value: string; isTotal?: boolean };

function Line({ sign, label, value, isTotal = false }: LineProps) {
  return (
    <div class={isTotal ? 'line total' : 'line'}>
      <dt>
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        {label}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The service stores totals that do not add up; the reader should see it. BigInt: three parts of 2^53. */
function describeMismatch(payment: Payment, { t, format }: Speech): string | undefined {
  const parts = BigInt(payment.goods_total) + BigInt(payment.delivery_cost) + BigInt(payment.custom_fee);
  const amount = BigInt(payment.amount);
  if (amount === parts) return undefined;
  const money = (value: bigint): string => format.money(value, payment.currency);
  return amount < parts
    ? t.payment.tooLow(money(parts), money(parts - amount))
    : t.payment.tooHigh(money(parts), money(amount - parts));
}
