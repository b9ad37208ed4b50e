import { useCallback, useEffect, useState } from 'preact/hooks';
import { askForJson, type Failure } from '../http/ask.ts';
import { useSpeech } from '../language/language.ts';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { EndpointCard } from './endpoint-card.tsx';
import { endpointsByTag, withoutReferences, type OpenApi } from './openapi.ts';

type View =
  { kind: 'loading' } | { kind: 'read'; api: OpenApi } | (Failure & { attempt: number; retrying: boolean });

/** The reference of the HTTP API, drawn from the document that the service describes itself with. */
export function DocsView() {
  const { t } = useSpeech();
  const [view, setView] = useState<View>({ kind: 'loading' });
  const load = useCallback(async (signal: AbortSignal): Promise<void> => {
    const answer = await askForJson('/openapi.json', signal);
    if (signal.aborted) return;
    setView((now) =>
      answer.kind === 'answered'
        ? { kind: 'read', api: withoutReferences(answer.value as OpenApi) }
        : { ...answer, attempt: 'attempt' in now ? now.attempt + 1 : 1, retrying: false },
    );
  }, []);
  useEffect(() => {
    const stop = new AbortController();
    void load(stop.signal);
    return () => stop.abort();
  }, [load]);

  if (view.kind === 'loading') return <div class="table-skeleton" aria-busy="true" />;
  if (view.kind !== 'read') {
    const retry = (): void => void load(new AbortController().signal);
    return <FailureNotice view={view} about="/openapi.json" subject="list" onRetry={retry} />;
  }
  const { info } = view.api;
  return (
    <article class="docs" aria-labelledby="docs-heading">
      <header class="docs-head">
        <h1 id="docs-heading">{t.docs.heading}</h1>
        <p>
          {t.docs.lead} {info.description} <a href="/openapi.json">openapi.json</a>
        </p>
      </header>
      {endpointsByTag(view.api).map(([tag, endpoints]) => (
        <section key={tag} aria-labelledby={`tag-${tag}`}>
          <h2 id={`tag-${tag}`} class="docs-tag">
            {t.docs.tags[tag as keyof typeof t.docs.tags] ?? tag}
          </h2>
          {endpoints.map((endpoint) => (
            <EndpointCard key={`${endpoint.method} ${endpoint.path}`} endpoint={endpoint} />
          ))}
        </section>
      ))}
    </article>
  );
}
