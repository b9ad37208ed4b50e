import { Component, type ComponentChildren } from 'preact';
import type { Messages } from '../language/messages-en.ts';
import { Notice } from './notice.tsx';

type Props = { uid: string; words: Messages; children: ComponentChildren };

/** An order of a shape that the page did not foresee ends in words and the JSON, not in an empty page. */
export class RenderGuard extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render({ uid, words, children }: Props) {
    if (!this.state.failed) return children;
    return (
      <Notice icon="warning" tone="warning" {...words.failures.notShown}>
        <a class="button" href={`/api/orders/${encodeURIComponent(uid)}`}>
          {words.json}
        </a>
      </Notice>
    );
  }
}
