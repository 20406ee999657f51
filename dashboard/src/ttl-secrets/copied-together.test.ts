import { expect, test } from "vitest";
import { isTogether } from "./copied-together.ts";

test.each([
  ["nothing before", null, "link", 0, false],
  ["the other part a second before", "link", "passphrase", 1_000, true],
  ["the other part just within a minute", "passphrase", "link", 59_999, true],
  ["the other part a minute before", "link", "passphrase", 60_000, false],
  ["the same part again", "link", "link", 1_000, false],
] as const)("copying one part after %s", (_what, before, part, afterMs, expected) => {
  expect(isTogether(before && { part: before, at: 5_000 }, { part, at: 5_000 + afterMs })).toBe(expected);
});
