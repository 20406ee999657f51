import { describe, expect, test } from "vitest";
import {
  cursorsToWatch,
  mergeNewest,
  nextCursor,
  nodesOf,
  type Page,
  type Pages,
  replaceNodes,
} from "./pages.ts";

interface Row {
  id: string;
  status: string;
}

const row = (id: number, status = "ended"): Row => ({ id: String(id), status });

/** Rows numbered downwards from `from`, as in a list sorted newest first. */
function page(from: number, count: number, hasNextPage = true): Page<Row> {
  const edges = Array.from({ length: count }, (_, index) => ({
    cursor: `c${from - index}`,
    node: row(from - index),
  }));
  return { edges, pageInfo: { endCursor: edges.at(-1)?.cursor ?? null, hasNextPage } };
}

const loaded: Pages<Row> = { pages: [page(10, 3), page(7, 3)], pageParams: [null, "c8"] };
const ids = (pages: Pages<Row>) => nodesOf(pages).map((node) => node.id);

describe("merging a new first page", () => {
  test("adds new rows on top and keeps each loaded row once", () => {
    expect(ids(mergeNewest(loaded, page(12, 3)))).toEqual(["12", "11", "10", "9", "8", "7", "6", "5"]);
  });

  test("updates known rows on any page", () => {
    const newest = page(9, 3);
    newest.edges[2] = { cursor: "c7", node: row(7, "viewed") };
    const merged = mergeNewest(loaded, newest);
    expect(nodesOf(merged).find((node) => node.id === "7")?.status).toBe("viewed");
    expect(ids(merged)).toEqual(ids(loaded));
  });

  test("keeps the cursor where Load more continues", () => {
    const merged = mergeNewest(loaded, page(12, 3));
    expect(merged.pages.at(-1)?.pageInfo).toEqual(loaded.pages.at(-1)?.pageInfo);
    expect(merged.pageParams).toEqual(loaded.pageParams);
  });

  test("starts the list over when no row overlaps, because rows are missing in between", () => {
    expect(ids(mergeNewest(loaded, page(99, 3)))).toEqual(["99", "98", "97"]);
  });

  test("fills an empty list, with its own paging", () => {
    const empty: Pages<Row> = { pages: [page(0, 0, false)], pageParams: [null] };
    const merged = mergeNewest(empty, page(60, 3));
    expect(ids(merged)).toEqual(["60", "59", "58"]);
    expect(merged.pages[0]?.pageInfo.hasNextPage).toBe(true);
  });
});

test("replacing rows ignores rows that are not loaded", () => {
  const replaced = replaceNodes(loaded, [row(6, "revoked"), row(99, "revoked")]);
  expect(nodesOf(replaced).filter((node) => node.status === "revoked")).toEqual([row(6, "revoked")]);
  expect(ids(replaced)).toEqual(ids(loaded));
});

describe("watching older pages", () => {
  const pending = (...pendingIds: number[]) =>
    cursorsToWatch(loaded, 3, (node) => pendingIds.includes(Number(node.id)));

  test("skips rows of the newest page", () => {
    expect(pending(10, 9, 8)).toEqual([]);
  });

  test("covers a page of rows with one request", () => {
    expect(pending(7, 6, 5)).toEqual(["c8"]);
    expect(pending(5)).toEqual(["c6"]);
  });

  test("never requests ended rows again", () => {
    expect(pending()).toEqual([]);
    expect(cursorsToWatch(undefined, 3, () => true)).toEqual([]);
  });

  test("needs one request per page for ten thousand pending rows", () => {
    const many: Pages<Row> = { pages: [page(10_000, 10_000)], pageParams: [null] };
    expect(cursorsToWatch(many, 50, () => true)).toHaveLength(199);
  });
});

test("Load more ends with the list", () => {
  expect(nextCursor(page(10, 3))).toBe("c8");
  expect(nextCursor(page(10, 3, false))).toBeUndefined();
});
