import { useSpeech, type Speech } from '../language/language.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { PageLink } from '../parts/page-link.tsx';
import type { Go, Route } from '../route.ts';
import type { StatsView } from './use-stats.ts';

type State = { icon: IconName; text: string; to?: Route };

/** So many seconds behind are worth a word. */
const noticedLagSeconds = 5;

/** What is wrong, in words; or that nothing is. */
export function StateCard({ view, go }: { view: StatsView; go: Go }) {
  const speech = useSpeech();
  const { t } = speech;
  const wrong = problems(view, speech);
  const isKnown = view.stats !== undefined || view.failure !== undefined;
  const tone = !isKnown ? 'unknown' : wrong.length > 0 ? 'warning' : 'good';
  return (
    <section class={`state ${tone}`} role="status">
      <Icon name={tone === 'good' ? 'check' : tone === 'warning' ? 'warning' : 'clock'} />
      <div>
        <p class="state-heading">
          {!isKnown ? t.watch.asking : wrong.length > 0 ? t.watch.attention : t.watch.well}
        </p>
        {wrong.length > 0 && (
          <ul>
            {wrong.map(({ icon, text, to }) => (
              <li key={text}>
                <Icon name={icon} />
                <span>
                  {text}{' '}
                  {to !== undefined && (
                    <PageLink to={to} go={go}>
                      {t.views.repair}
                    </PageLink>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function problems({ stats, failure }: StatsView, { t, format }: Speech): State[] {
  const { states } = t.watch;
  if (failure !== undefined) {
    const text = failure.kind === 'offline' ? states.offline : states.noAnswer;
    return [{ icon: 'cloudOff', text }];
  }
  if (stats === undefined) return [];
  const found: State[] = Object.entries(stats.parts)
    .filter(([, state]) => state !== 'ok')
    .map(([part, state]) => ({
      icon: part === 'database' || part === 'schema' ? 'database' : 'warning',
      text: states.parts[part as keyof typeof states.parts] ?? `${part}: ${state}`,
    }));
  const lag = stats.series.lag.at(-1) ?? 0;
  const lagSeconds = stats.series.lag_seconds.at(-1) ?? 0;
  if (lagSeconds >= noticedLagSeconds) {
    found.push({
      icon: 'clock',
      text: states.behind(format.number(lag), t.watch.seconds(format.figure(lagSeconds))),
    });
  }
  const { dead_letter, interval_seconds } = stats.series;
  const dead = Math.round(dead_letter.reduce((sum, rate) => sum + rate * interval_seconds, 0));
  if (dead > 0)
    found.push({ icon: 'warning', text: states.dead(dead), to: { view: 'repair', id: undefined } });
  return found;
}
