import type { ComponentChildren } from 'preact';
import { addressOf, type Go, type Route } from '../route.ts';

type Props = {
  to: Route;
  go: Go;
  class?: string;
  title?: string;
  current?: boolean;
  children: ComponentChildren;
};

/** A link within the page: a click with a modifier opens a new tab, as with any link. */
export function PageLink({ to, go, current = false, children, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={addressOf(to)}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
