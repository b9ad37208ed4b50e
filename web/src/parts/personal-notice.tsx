import { useSpeech } from '../language/language.ts';
import { personalIn } from '../order/order-id.ts';
import type { Go } from '../route.ts';
import { personalWords } from './failure-words.ts';
import { Notice } from './notice.tsx';

/** Nothing was sent. What may be an id all the same is searched once the person says which. */
export function PersonalNotice({ text, go }: { text: string; go: Go }) {
  const { t } = useSpeech();
  const { order, trackNumber, customer } = t.failures.perhapsPersonal.is;
  return (
    <Notice icon="id" tone="warning" {...personalWords(text, t)}>
      {personalIn(text) === 'perhaps' && (
        <>
          <button class="button" type="button" onClick={() => go({ view: 'order', uid: text })}>
            {order}
          </button>
          <button
            class="button"
            type="button"
            onClick={() => go({ view: 'orders', by: 'track_number', value: text })}
          >
            {trackNumber}
          </button>
          <button
            class="button"
            type="button"
            onClick={() => go({ view: 'orders', by: 'customer_id', value: text })}
          >
            {customer}
          </button>
        </>
      )}
    </Notice>
  );
}
