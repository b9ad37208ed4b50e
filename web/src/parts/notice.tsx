import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons.tsx';
import { Value } from './value.tsx';

type Props = {
  icon: IconName;
  tone: 'neutral' | 'warning';
  heading: string;
  text: string;
  about?: string;
  level?: 1 | 2;
  children?: ComponentChildren;
};

export function Notice({ icon, tone, heading, text, about, level = 1, children }: Props) {
  return (
    <section class={`notice ${tone}`}>
      <span class="notice-icon">
        <Icon name={icon} />
      </span>
      {level === 1 ? <h1>{heading}</h1> : <h2>{heading}</h2>}
      {about !== undefined && about !== '' && (
        <p class="notice-about mono">
          <Value text={about} />
        </p>
      )}
      <p class="notice-text">{text}</p>
      {children !== undefined && <div class="notice-actions">{children}</div>}
    </section>
  );
}
