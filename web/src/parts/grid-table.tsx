import type { ComponentChildren } from 'preact';

type Props = {
  /** The class that gives the table its columns. */
  name: string;
  headings: ComponentChildren[];
  label?: string;
  children: ComponentChildren;
};

/**
 * A table whose rows share one grid. The roles are written out, because a browser drops the table's own meaning once
 * CSS lays it out as a grid.
 */
export function GridTable({ name, headings, label, children }: Props) {
  return (
    <table class={`grid-table ${name}`} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {headings.map((heading, index) => (
            <th key={index} role="columnheader" scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}
