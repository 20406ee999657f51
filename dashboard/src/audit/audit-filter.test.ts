import { describe, expect, test } from "vitest";
import { type AuditFilter, filterVariables, orderProblem, readFilter, writeFilter } from "./audit-filter.ts";

const everything: AuditFilter = { actions: [], from: "", to: "" };
const read = (search: string) => readFilter(new URLSearchParams(search));

describe("the filter in the URL", () => {
  test.each<[string, AuditFilter]>([
    ["", everything],
    [
      "action=temporary_secret_viewed&action=temporary_secret_failed",
      { ...everything, actions: ["temporary_secret_viewed", "temporary_secret_failed"] },
    ],
    ["from=2026-11-01&to=2026-11-01", { ...everything, from: "2026-11-01", to: "2026-11-01" }],
  ])("%s is parsed and serialized without loss", (search, filter) => {
    expect(read(search)).toEqual(filter);
    expect(writeFilter(filter).toString()).toBe(search);
  });

  test.each([
    "action=api_key_create",
    "action=",
    "from=yesterday",
    "from=2026-13-01",
    "from=2026-11-01T00:00",
    "to=12026-11-01",
    "other=1",
  ])("%s is ignored", (search) => {
    expect(read(search)).toEqual(everything);
  });

  test("an end before the start is dropped", () => {
    expect(read("from=2026-11-02&to=2026-11-01")).toEqual({ ...everything, from: "2026-11-02" });
  });
});

describe("the filter as API input", () => {
  test("omits what it does not filter", () => {
    expect(filterVariables(everything)).toEqual({});
  });

  test("covers whole days in the user's time zone, the last one included", () => {
    const { from, to } = filterVariables({ ...everything, from: "2026-02-28", to: "2026-02-28" });
    expect(from).toBe(new Date(2026, 1, 28).toISOString());
    expect(to).toBe(new Date(2026, 2, 1).toISOString());
  });

  test("keeps an early year as written", () => {
    expect(filterVariables({ ...everything, from: "0050-06-15" }).from).toMatch(/^0050-06-1[456]T/);
  });
});

test("dates are in order if the last is not before the first, or one is missing", () => {
  expect(orderProblem("2026-11-01", "2026-11-01")).toBeUndefined();
  expect(orderProblem("", "2026-11-01")).toBeUndefined();
  expect(orderProblem("2026-11-02", "2026-11-01")?.()).toMatch(/last day/);
});
