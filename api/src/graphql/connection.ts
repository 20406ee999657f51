import { encodeCursor, type Page, type Position } from "../page.ts";

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
