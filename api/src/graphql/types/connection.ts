import { encodeCursor, type Page, type Position } from "../../shared/paging.ts";
import { builder } from "../builder.ts";

/** Arguments of a connection that is read forward, newest first. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    defaultValue: 50,
    required: false,
    description: "How many at most, 1 to 200; BAD_USER_INPUT otherwise.",
  }),
  after: t.string({
    required: false,
    description: "`endCursor` of the page before; left out for the first page.",
  }),
}));

/** The description that every edge type has. */
export const EDGE = { description: "One row of a page, with its cursor." };

/** A page in the shape of a Relay connection; `positionOf` says where in the order a row stands. */
export function toConnection<Row>(page: Page<Row>, positionOf: (row: Row) => Position, isFirstPage: boolean) {
  return toConnectionBy(page, (row) => encodeCursor(positionOf(row)), isFirstPage);
}

/**
 * The same for an order with cursors of its own. `end` is where the search for the page ended, if that is further
 * than its last row.
 */
export function toConnectionBy<Row>(
  { rows, hasNextPage, end }: Page<Row> & { end?: Row | undefined },
  cursorOf: (row: Row) => string,
  isFirstPage: boolean,
) {
  const edges = rows.map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: !isFirstPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: end ? cursorOf(end) : (edges.at(-1)?.cursor ?? null),
    },
  };
}
