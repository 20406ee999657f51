import { expect, test } from "vitest";
import { nameProblem } from "./name-rule.ts";

test("a name has 1 to 200 characters, emoji counted as one", () => {
  expect(nameProblem("x")).toBeNull();
  expect(nameProblem("x".repeat(200))).toBeNull();
  expect(nameProblem("🔑".repeat(200))).toBeNull();
  expect(nameProblem("x".repeat(201))).toMatch(/200/);
});

test("a blank name is refused", () => {
  expect(nameProblem("")).toMatch(/Enter/);
  expect(nameProblem(" \u00a0")).toMatch(/Enter/);
});

test("control characters are refused, anywhere", () => {
  for (const name of ["a\nb", "a\tb", "a\u0000", "a\u007f", "a\u0085", "a\n", "a\u2028b"]) {
    expect(nameProblem(name)).toMatch(/control/);
  }
});

test("half a surrogate pair is refused", () => {
  expect(nameProblem("a\ud83d")).not.toBeNull();
});

test("HTML, right-to-left text and quotes are ordinary names", () => {
  for (const name of ["<b>&amp;", "كلمة السر", "it's “quoted”"]) expect(nameProblem(name)).toBeNull();
});
