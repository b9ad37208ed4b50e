import type { Failure } from '../http/ask.ts';
import type { Messages } from '../language/messages-en.ts';
import { personalIn } from '../order/order-id.ts';
import type { IconName } from './icons.tsx';

/** What was asked for. */
export type Subject = 'order' | 'list';

export type FailureWords = {
  icon: IconName;
  tone: 'neutral' | 'warning';
  heading: string;
  text: string;
  action?: string;
};

export function failureWords(failure: Failure, { failures }: Messages, subject: Subject): FailureWords {
  switch (failure.kind) {
    case 'not-found':
      return { icon: 'search', tone: 'neutral', ...failures.notFound };
    case 'invalid':
      return { icon: 'id', tone: 'neutral', ...failures.invalidId };
    case 'too-many-requests':
      return { icon: 'clock', tone: 'warning', ...failures.tooManyRequests };
    case 'unavailable': {
      const { text, listText, ...words } = failures.unavailable;
      return { icon: 'database', tone: 'warning', ...words, text: subject === 'order' ? text : listText };
    }
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

export function personalWords(text: string, { failures }: Messages): { heading: string; text: string } {
  const words = personalIn(text) === 'perhaps' ? failures.perhapsPersonal : failures.personal;
  return { heading: words.heading, text: words.text };
}
