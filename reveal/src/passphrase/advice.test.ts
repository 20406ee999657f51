import { expect, test } from "vitest";
import { adviceOn } from "./advice.ts";
import { VOCABULARY } from "./test-vocabulary.ts";

const GOOD = "anchor banjo cactus dolphin eagle falcon";

test.each([
  ["", { kind: "count", words: 0 }],
  ["a", { kind: "count", words: 0, offered: [] }],
  ["anchor ban", { kind: "count", words: 1, at: 2, offered: [] }],
  ["anchor banj", { kind: "count", words: 1, at: 2, offered: ["banjo"] }],
  ["anchor banjo", { kind: "count", words: 2, offered: [] }],
  ["anchor bnajo cac", { kind: "unknownWord", at: 2, offered: ["banjo"] }],
  ["xqxq", { kind: "unknownWord", at: 1, offered: [] }],
  [GOOD.slice(0, -1), { kind: "count", words: 5, at: 6, offered: ["falcon"] }],
  [GOOD, { kind: "good" }],
  [`Passphrase: ${GOOD}`, { kind: "picked" }],
  [`${GOOD} zoom`, { kind: "problem", problem: { kind: "wordCount", words: 7 } }],
  ["https://s.example/vault_a/b", { kind: "problem", problem: { kind: "link" } }],
])("for the input %j: %j", (typed, advice) => {
  expect(adviceOn(typed, VOCABULARY)).toMatchObject(advice);
});

test("without the word list any input gets a warning, unless all of it is wrong", () => {
  for (const typed of ["", "x", GOOD]) expect(adviceOn(typed, "missing")).toEqual({ kind: "missing" });
  expect(adviceOn("https://s.example/vault_a/b", "missing")).toMatchObject({ kind: "problem" });
});

test("while the word list loads, the only advice is that it is loading", () => {
  expect(adviceOn("", "loading")).toMatchObject({ kind: "count", words: 0 });
  for (const typed of ["x", GOOD]) expect(adviceOn(typed, "loading")).toEqual({ kind: "loading" });
});
