import { useSpeech } from '../language/language.ts';
import { Value } from './value.tsx';

/** In the reader's time zone, UTC beneath; what is no date is shown as it was sent. */
export function Time({ date, sent }: { date: Date; sent: string }) {
  const { format } = useSpeech();
  const moment = format.moment(date);
  if (moment === undefined) return <Value text={sent} />;
  return (
    <time class="time" dateTime={moment.iso} title={sent}>
      {moment.local}
      {moment.utc !== undefined && <small>{moment.utc}</small>}
    </time>
  );
}
