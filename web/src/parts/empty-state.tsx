import { useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { forgetOrders, recentOrders } from '../preferences.ts';
import type { Go } from '../route.ts';
import { Icon, type IconName } from './icons.tsx';
import { PageLink } from './page-link.tsx';

/** The canonical order: a new database begins with it. */
const example = 'b563feb7b2b84b6test';

const icons: IconName[] = ['id', 'bolt', 'link'];

export function EmptyState({ go }: { go: Go }) {
  const { t } = useSpeech();
  const [recent, setRecent] = useState(recentOrders);
  const forget = (): void => {
    forgetOrders();
    setRecent([]);
  };
  return (
    <section class="welcome">
      <h1>{t.empty.heading}</h1>
      <p class="welcome-lead">{t.empty.lead}</p>
      {recent.length === 0 ? (
        <p class="welcome-example">
          {t.empty.example} <Chip uid={example} go={go} />
        </p>
      ) : (
        <section class="recent" aria-labelledby="recent">
          <h2 id="recent">{t.empty.recent}</h2>
          <ul>
            {recent.map((uid) => (
              <li key={uid}>
                <Chip uid={uid} go={go} />
              </li>
            ))}
          </ul>
          <button class="text-button" type="button" onClick={forget}>
            {t.empty.forget}
          </button>
        </section>
      )}
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

function Chip({ uid, go }: { uid: string; go: Go }) {
  return (
    <PageLink class="chip mono" to={{ view: 'order', uid }} go={go}>
      {uid}
    </PageLink>
  );
}
