import type { ReactNode } from "react";

// On narrow screens the style sheet sets `display: grid`, and some browsers then drop the table semantics. Explicit
// roles keep them.

/** A table that becomes stacked cards on a narrow screen. */
export function Table(props: { label: string; className?: string; columns: string[]; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above
    <table role="table" className={`table ${props.className ?? ""}`} aria-label={props.label}>
      {/* biome-ignore lint/a11y/noRedundantRoles: see above */}
      <thead role="rowgroup">
        {/* biome-ignore lint/a11y/noRedundantRoles: see above */}
        <tr role="row">
          {props.columns.map((column) => (
            // biome-ignore lint/a11y/noRedundantRoles: see above
            <th role="columnheader" scope="col" key={column}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: see above */}
      <tbody role="rowgroup">{props.children}</tbody>
    </table>
  );
}

/** A table row. */
export function Row(props: { className?: string | undefined; testId?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above
    <tr role="row" className={props.className} data-testid={props.testId}>
      {props.children}
    </tr>
  );
}

/** The header cell of a row. */
export function RowHeader({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above
    <th role="rowheader" scope="row">
      {children}
    </th>
  );
}

/**
 * A cell; its label replaces the column header when rows are stacked. Text has an element of its own, because a browser's
 * translator moves text nodes, which React then can't update.
 */
export function Cell({
  label,
  className,
  children,
}: {
  label?: string;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above
    <td role="cell" className={className}>
      {label ? (
        <>
          <span className="cell-label" aria-hidden="true">
            {label}
          </span>
          <span>{children}</span>
        </>
      ) : (
        children
      )}
    </td>
  );
}
