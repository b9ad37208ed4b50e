import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../http/ask.ts';
import { useSpeech } from '../language/language.ts';
import { failureWords, type Subject } from './failure-words.ts';
import { Notice } from './notice.tsx';

type FailureView = Failure & { attempt: number; retrying: boolean };

type Props = { view: FailureView; about: string; subject: Subject; onRetry: () => void };

export function FailureNotice({ view, about, subject, onRetry }: Props) {
  const { t } = useSpeech();
  const words = failureWords(view, t, subject);
  const waitMs = 'retryAfterMs' in view ? view.retryAfterMs : 0;
  // A new wait begins with each answer, also when it asks for the same time again.
  const secondsLeft = useCountdown(waitMs, `${about} ${view.attempt}`);

  const retriesByItself = view.kind === 'unavailable' && !view.retrying && secondsLeft === 0;
  useEffect(() => {
    if (retriesByItself) onRetry();
  }, [retriesByItself, onRetry]);

  const { action } = words;
  return (
    <Notice {...words} about={about}>
      {action !== undefined && (
        <>
          <button
            class="button primary"
            type="button"
            disabled={view.retrying || (view.kind === 'too-many-requests' && secondsLeft > 0)}
            onClick={onRetry}
          >
            {action}
          </button>
          <Wait view={view} secondsLeft={secondsLeft} />
        </>
      )}
    </Notice>
  );
}

function Wait({ view, secondsLeft }: { view: FailureView; secondsLeft: number }) {
  const { t } = useSpeech();
  const { unavailable, tooManyRequests } = t.failures;
  const time = t.seconds(secondsLeft);
  if (view.kind === 'unavailable') {
    return (
      <span class="notice-wait">
        {view.retrying || secondsLeft === 0 ? unavailable.trying : unavailable.wait(time)}
      </span>
    );
  }
  if (view.kind === 'too-many-requests' && secondsLeft > 0) {
    return <span class="notice-wait">{tooManyRequests.wait(time)}</span>;
  }
  return null;
}

function useCountdown(waitMs: number, of: string): number {
  const [now, setNow] = useState(Date.now);
  const [end, setEnd] = useState({ of, at: now + waitMs });
  if (end.of !== of) setEnd({ of, at: Date.now() + waitMs });
  const left = Math.max(0, Math.ceil((end.at - now) / 1000));
  const running = left > 0;
  useEffect(() => {
    setNow(Date.now());
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [running, end]);
  return left;
}
