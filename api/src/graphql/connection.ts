import { encodeCursor, type Page, type Position } from "../page.ts";
import { builder } from "./builder.ts";

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
export function toConnection<Row>(
  { rows, hasNextPage }: Page<Row>,
  positionOf: (row: Row) => Position,
  isFirstPage: boolean,
) {
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(positionOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: !isFirstPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
