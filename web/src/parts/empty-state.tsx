import { useSpeech } from '../language/language.ts';
import { addressOfOrder } from '../order/order-id.ts';
import { Icon, type IconName } from './icons.tsx';

/** The canonical order: a new database begins with it. */
const example = 'b563feb7b2b84b6test';

const icons: IconName[] = ['id', 'bolt', 'link'];

export function EmptyState({ onSearch }: { onSearch: (uid: string) => void }) {
  const { t } = useSpeech();
  return (
    <section class="welcome">
      <h1>{t.empty.heading}</h1>
      <p class="welcome-lead">{t.empty.lead}</p>
      <p class="welcome-example">
        {t.empty.example}{' '}
        <a
          class="mono"
          href={addressOfOrder(example)}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onSearch(example);
          }}
        >
          {example}
        </a>
      </p>
      <ul class="facts">
        {t.empty.facts.map(([heading, text], index) => (
          <li key={index}>
            <Icon name={icons[index] ?? 'check'} />
            <h2>{heading}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
