import { expect, test } from "vitest";
import { nameProblem } from "./name-rule.ts";

test("accepts 1 to 200 characters and counts an emoji as one", () => {
  expect(nameProblem("x")).toBeNull();
  expect(nameProblem("x".repeat(200))).toBeNull();
  expect(nameProblem("🔑".repeat(200))).toBeNull();
  expect(nameProblem("x".repeat(201))).toMatch(/200/);
});

test("refuses a blank name", () => {
  expect(nameProblem("")).toMatch(/Enter/);
  expect(nameProblem(" \u00a0")).toMatch(/Enter/);
});

test("refuses control characters anywhere", () => {
  for (const name of ["a\nb", "a\tb", "a\u0000", "a\u007f", "a\u0085", "a\n", "a\u2028b"]) {
    expect(nameProblem(name)).toMatch(/control/);
  }
});

test("refuses a lone surrogate", () => {
  expect(nameProblem("a\ud83d")).not.toBeNull();
});

test("accepts HTML, right-to-left text and quotes", () => {
  for (const name of ["<b>&amp;", "كلمة السر", "it's “quoted”"]) expect(nameProblem(name)).toBeNull();
});
