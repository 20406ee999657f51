import { expect, test } from "vitest";
import { clockOffset } from "./server-clock.ts";

const noon = Date.parse("2026-03-01T12:00:00.500Z");
const header = "Sun, 01 Mar 2026 12:00:00 GMT";

test("ignores an offset below the header's resolution", () => {
  expect(clockOffset(header, noon - 400, noon + 900)).toBe(0);
});

test("corrects a clock five minutes behind, less half the round trip", () => {
  expect(clockOffset(header, noon - 300_000 - 50, noon - 300_000 + 50)).toBe(300_000);
});

test("ignores a missing or invalid header", () => {
  expect(clockOffset(null, noon, noon)).toBeNull();
  expect(clockOffset("yesterday", noon, noon)).toBeNull();
});
