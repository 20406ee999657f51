import { expect, test } from "vitest";
import { clockOffset } from "./server-clock.ts";

const noon = Date.parse("2026-03-01T12:00:00.500Z");
const header = "Sun, 01 Mar 2026 12:00:00 GMT";

test("clocks that agree to within the header's coarseness have no offset", () => {
  expect(clockOffset(header, noon - 400, noon + 900)).toBe(0);
});

test("a laptop five minutes behind is put right, half the round trip taken off", () => {
  expect(clockOffset(header, noon - 300_000 - 50, noon - 300_000 + 50)).toBe(300_000);
});

test("a missing or unreadable header changes nothing", () => {
  expect(clockOffset(null, noon, noon)).toBeNull();
  expect(clockOffset("yesterday", noon, noon)).toBeNull();
});
