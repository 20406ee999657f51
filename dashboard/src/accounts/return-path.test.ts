import { expect, test } from "vitest";
import { readReturnState } from "./return-path.ts";

test("keeps a path on this site", () => {
  const state = { from: "/projects/p1/audit" };
  expect(readReturnState(state)).toEqual(state);
});

test("replaces anything else by the start page", () => {
  for (const from of ["//evil.example", "/\\evil.example", "https://evil.example", "", 7, undefined]) {
    expect(readReturnState({ from })).toEqual({ from: "/" });
  }
  expect(readReturnState(null)).toEqual({ from: "/" });
});
