import { useSpeech } from '../language/language.ts';
import { Icon } from './icons.tsx';
import { Value } from './value.tsx';

type Props = { text: string; mask: string; label: string; isShown: boolean; onShow: () => void };

export function Masked({ text, mask, label, isShown, onShow }: Props) {
  const { t } = useSpeech();
  if (isShown || text.trim() === '') return <Value text={text} />;
  return (
    <button class="masked" type="button" title={t.show(label)} onClick={onShow}>
      <span class="unseen">{t.show(label)}</span>
      <span aria-hidden="true">{mask}</span>
      <Icon name="eye" />
    </button>
  );
}
