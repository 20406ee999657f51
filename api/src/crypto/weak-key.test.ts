import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isText, looksRandom } from "./weak-key.ts";

/** 32 bytes, each the sum modulo 256 of the one before and the next of the repeating `steps`. */
function circle(steps: readonly number[]): Uint8Array {
  let byte = 0;
  return Uint8Array.from({ length: 32 }, (_, i) => {
    if (i > 0) byte += steps[(i - 1) % steps.length] ?? 0;
    return byte;
  });
}

const twice = (steps: readonly number[]) => [...steps, ...steps].sort((a, b) => a - b);

describe("bytes look random", () => {
  it.each<[string, number[], boolean]>([
    // Each list of steps sums to 256.
    ["with 18 pairs of neighbours and 9 differences", twice([1, 2, 3, 4, 5, 6, 7, 8, 92]), true],
    ["not with 17 pairs, however many differences", [...Array(16).keys(), 119].map((n) => n + 1), false],
    ["not with 8 differences, however many pairs", twice([1, 2, 3, 4, 5, 6, 7, 50, 50]), false],
  ])("%s", (_what, steps, isRandom) => {
    expect(steps.reduce((a, b) => a + b)).toBe(256);
    expect(looksRandom(circle(steps))).toBe(isRandom);
  });

  it("where they are", () => {
    for (let i = 0; i < 1000; i++) expect(looksRandom(randomBytes(32))).toBe(true);
  });
});

describe("bytes are text", () => {
  it.each<[string, string, boolean]>([
    ["from the space", "a phrase of words", true],
    ["to the tilde", "~/a-path", true],
    ["not with what comes before the space", "a\x1fb", false],
    ["not with what comes after the tilde", "a\x7fb", false],
    ["not with anything else", "\xe9 and words", false],
  ])("%s", (_what, text, is) => {
    expect(isText(Buffer.from(text, "latin1"))).toBe(is);
  });
});
