import { useEffect, useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { Icon, type IconName } from './icons.tsx';

type Props = { text: string; label: string; icon: IconName; iconOnly?: boolean };

export function CopyButton({ text, label, icon, iconOnly = false }: Props) {
  const { t } = useSpeech();
  const [result, setResult] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => setResult(undefined), 2000);
    return () => clearTimeout(timer);
  }, [result]);

  const said = { copied: t.copied, failed: t.notCopied };
  const shown = result === undefined ? label : said[result];
  return (
    <button
      class={`${iconOnly ? 'icon-button' : 'button'} ${result ?? ''}`}
      type="button"
      title={iconOnly ? shown : undefined}
      aria-label={iconOnly ? shown : undefined}
      onClick={() => void copy(text).then((done) => setResult(done ? 'copied' : 'failed'))}
    >
      <Icon name={result === 'copied' ? 'check' : icon} />
      {!iconOnly && (
        // Both words lie on each other, so that the button keeps its width.
        <span class="swap" aria-live="polite">
          <span class={result === undefined ? '' : 'hidden'}>{label}</span>
          {result !== undefined && <span>{said[result]}</span>}
        </span>
      )}
    </button>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP from another machine there is no clipboard interface: the old way still works.
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
