import { useSpeech } from '../language/language.ts';
import { Value } from '../parts/value.tsx';

/** Why a record is no order: in the language of the page, or as the service says it. */
export function Reason({ text }: { text: string }) {
  const { t } = useSpeech();
  const words = t.repair.reason(text);
  if (words !== undefined) return <Value text={words} />;
  return (
    <span lang="en">
      <Value text={text} />
    </span>
  );
}
