import { useSpeech } from '../language/language.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { limitsOf, membersOf, typeOf, type Endpoint, type Schema } from './openapi.ts';

export function EndpointCard({ endpoint: { path, method, operation } }: { endpoint: Endpoint }) {
  const { t } = useSpeech();
  const { summary, description, parameters = [], requestBody, responses = {} } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const curl = `curl -fsS ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'${location.origin}${path}'`;
  return (
    <article class="card endpoint">
      <header class="card-head">
        <h3 class="mono">
          <span class={`method ${method}`}>{method.toUpperCase()}</span> {path}
        </h3>
        <CopyButton text={curl} label={t.copyCurl} icon="terminal" iconOnly />
      </header>
      <div class="card-body">
        <p>{summary}.</p>
        {description !== undefined && (
          <p class="aside">
            {description
              .split('`')
              .map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}
          </p>
        )}
        {parameters.length > 0 && (
          <Fields
            heading={t.docs.parameters}
            members={parameters.map(({ name, required = false, schema = {}, description }) => [
              name,
              { ...schema, ...(description !== undefined && { description }) },
              required,
            ])}
            depth={0}
          />
        )}
        {body !== undefined && <Fields heading={t.docs.body} members={membersOf(body)} depth={0} />}
        {Object.entries(responses).map(([status, response]) => {
          const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
          const members = content?.schema ? membersOf(content.schema) : [];
          const words = (
            <>
              <span class="pill">{status}</span> {response.description} <span class="aside">{type}</span>
            </>
          );
          if (members.length === 0) return <p key={status}>{words}</p>;
          return (
            <details key={status} class="response">
              <summary>{words}</summary>
              <Fields heading={undefined} members={members} depth={0} />
            </details>
          );
        })}
      </div>
    </article>
  );
}

type FieldsProps = {
  heading: string | undefined;
  members: [name: string, schema: Schema, required: boolean][];
  depth: number;
};

function Fields({ heading, members, depth }: FieldsProps) {
  const { t } = useSpeech();
  return (
    <div class={depth === 0 ? 'members' : 'members inner'}>
      {heading !== undefined && <h4>{heading}</h4>}
      <dl>
        {members.map(([name, schema, required]) => {
          const inner = depth < 4 ? membersOf(schema) : [];
          return (
            <div key={name}>
              <dt class="mono">{name}</dt>
              <dd>
                <span class="mono type">{typeOf(schema)}</span>
                {!required && <span class="aside"> {t.docs.optional}</span>}
                {limitsOf(schema).map((limit) => (
                  <code key={limit}>{limit}</code>
                ))}
                {schema.description !== undefined && <span class="member-words">{schema.description}</span>}
                {inner.length > 0 && <Fields heading={undefined} members={inner} depth={depth + 1} />}
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
