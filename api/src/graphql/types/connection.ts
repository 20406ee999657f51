import type { Page } from "../../shared/paging.ts";
import { builder } from "../builder.ts";

/** Arguments of a connection that is read forward, newest first. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    defaultValue: 50,
    required: false,
    description: "Maximum number of rows, 1 to 200; BAD_USER_INPUT otherwise.",
  }),
  after: t.string({
    required: false,
    description: "`endCursor` of the previous page; omitted for the first page.",
  }),
}));

/** The description of every edge type. */
export const EDGE = { description: "One row of a page, with its cursor." };

/**
 * A page as a Relay connection. `cursorOf` encodes a row's place in the order; `end`, where a search reads further than
 * its last match, is the row to continue after.
 */
export function toConnection<Row>(
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
