import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons.tsx';
import { Value } from './value.tsx';

type Props = {
  icon: IconName;
  tone: 'neutral' | 'warning';
  heading: string;
  text: string;
  about?: string;
  children?: ComponentChildren;
};

export function Notice({ icon, tone, heading, text, about, children }: Props) {
  return (
    <section class={`notice ${tone}`}>
      <span class="notice-icon">
        <Icon name={icon} />
      </span>
      <h1>{heading}</h1>
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
