import type { Messages } from '../language/messages-en.ts';
import type { Outcome } from '../order/fetch-order.ts';
import type { IconName } from './icons.tsx';

export type Failure = Exclude<Outcome, { kind: 'found' }>;

export type FailureWords = {
  icon: IconName;
  tone: 'neutral' | 'warning';
  heading: string;
  text: string;
  action?: string;
};

export function failureWords(failure: Failure, { failures }: Messages): FailureWords {
  switch (failure.kind) {
    case 'not-found':
      return { icon: 'search', tone: 'neutral', ...failures.notFound };
    case 'invalid-id':
      return { icon: 'id', tone: 'neutral', ...failures.invalidId };
    case 'too-many-requests':
      return { icon: 'clock', tone: 'warning', ...failures.tooManyRequests };
    case 'unavailable':
      return { icon: 'database', tone: 'warning', ...failures.unavailable };
    case 'offline':
      return { icon: 'cloudOff', tone: 'warning', ...failures.offline };
    case 'no-answer':
      return { icon: 'cloudOff', tone: 'warning', ...failures.noAnswer };
    case 'unexpected':
      break;
  }
  const { unexpected } = failures;
  return { icon: 'warning', tone: 'warning', ...unexpected, text: unexpected.text(failure.status) };
}
