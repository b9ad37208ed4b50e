/** Below a list: asks for its next page. */
import { useSpeech } from '../language/language.ts';

export function MoreButton({
  state,
  more,
}: {
  state: 'idle' | 'loading' | 'failed';
  more: () => Promise<void>;
}) {
  const { t } = useSpeech();
  return (
    <p class="more">
      <button class="button" type="button" disabled={state === 'loading'} onClick={() => void more()}>
        {t.orders.more}
      </button>
      {state === 'failed' && <span class="notice-wait">{t.failures.noAnswer.heading}</span>}
    </p>
  );
}
