import { describe, expect, test } from "vitest";
import { isFiltered, type ListView, readView, searchable, viewVariables, writeView } from "./list-view.ts";

const plain: ListView = { statuses: [], search: "", order: "NEWEST_FIRST" };

describe("the view in the URL", () => {
  test.each<[string, ListView]>([
    ["", plain],
    ["status=pending%2Cdestroyed", { ...plain, statuses: ["PENDING", "DESTROYED"] }],
    ["search=100%25_x+%26+y", { ...plain, search: "100%_x & y" }],
    ["sort=expires-first", { ...plain, order: "EXPIRES_FIRST" }],
    ["status=viewed&search=db&sort=name", { statuses: ["VIEWED"], search: "db", order: "NAME" }],
  ])("is parsed and serialized: %s", (query, view) => {
    expect(readView(new URLSearchParams(query))).toEqual(view);
    expect(String(writeView(view))).toBe(query);
  });

  test("falls back to the default for invalid values", () => {
    const nonsense = new URLSearchParams({ status: "gone,,x", sort: "size", search: "  " });
    expect(readView(nonsense)).toEqual(plain);
  });
});

test("the API input omits defaults", () => {
  expect(viewVariables(plain)).toEqual({ filter: null, orderBy: "NEWEST_FIRST" });
  expect(viewVariables({ statuses: ["PENDING"], search: "a", order: "NAME" })).toEqual({
    filter: { statuses: ["PENDING"], nameContains: "a" },
    orderBy: "NAME",
  });
});

test("an order alone is no filter", () => {
  expect(isFiltered({ ...plain, order: "NAME" })).toBe(false);
  expect(isFiltered({ ...plain, search: "a" })).toBe(true);
  expect(isFiltered({ ...plain, statuses: ["VIEWED"] })).toBe(true);
});

test("a search is limited to what a name can contain", () => {
  expect(searchable("  a\0b\n ")).toBe("a b");
  expect(searchable("😀".repeat(300))).toBe("😀".repeat(200));
});
