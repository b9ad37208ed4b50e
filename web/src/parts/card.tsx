import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type CardProps = { heading: string; aside?: ComponentChildren; name: string; children: ComponentChildren };

export function Card({ heading, aside, name, children }: CardProps) {
  const id = useId();
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{heading}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** `wire`: the label is the field's own name in the document. */
type FieldProps = { label: string; wire?: boolean; children: ComponentChildren };

export function Field({ label, wire = false, children }: FieldProps) {
  return (
    <div class="field">
      <dt class={wire ? 'wire' : ''}>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
