import { describe, expect, test } from "vitest";
import { LIST, VOCABULARY } from "./test-vocabulary.ts";

test("the list is sorted, as lookups require", () => {
  expect(LIST).toEqual(LIST.toSorted());
});

describe("a word", () => {
  test("is on the list only as a whole", () => {
    expect(LIST.every((word) => VOCABULARY.has(word))).toBe(true);
    for (const word of ["", "ancho", "anchors", "Anchor", "zzz"]) expect(VOCABULARY.has(word)).toBe(false);
  });

  test("can become a word of the list while its letters begin one", () => {
    for (const letters of ["", "a", "anch", "anchor", "zoom"]) {
      expect(VOCABULARY.isBeginning(letters)).toBe(true);
    }
    for (const letters of ["anchors", "xx", "zz", "{"]) expect(VOCABULARY.isBeginning(letters)).toBe(false);
  });
});

describe("a completion", () => {
  test("exists as soon as only one word begins with these letters, and not before", () => {
    expect(VOCABULARY.completion("dolph")).toBe("dolphin");
    expect(VOCABULARY.completion("ancho")).toBeNull(); // anchor, anchovy
    expect(VOCABULARY.completion("")).toBeNull();
    expect(VOCABULARY.completion("zzz")).toBeNull();
  });

  test("does not exist for a complete word", () => {
    expect(VOCABULARY.completion("dolphin")).toBeNull();
  });

  test("is always the only possible word", () => {
    for (const word of LIST) {
      for (let length = 1; length < word.length; length++) {
        const completion = VOCABULARY.completion(word.slice(0, length));
        if (completion) expect(completion).toBe(word);
      }
    }
  });
});

describe("a suggestion", () => {
  test.each([
    ["a letter wrong", "falkon", ["falcon"]],
    ["a letter missing", "egle", ["eagle", "ogle"]],
    ["a letter too many", "cactuss", ["cactus"]],
    ["two letters swapped", "bnajo", ["banjo"]],
    ["two slips", "anchroo", ["anchor"]],
    ["its end missing", "dolph", ["dolphin"]],
    ["another spelling", "dolfin", ["dolphin", "domain"]],
  ])("exists for a word with %s", (_, mistyped, meant) => {
    expect(VOCABULARY.suggestions(mistyped)).toEqual(meant);
  });

  test.each(["", "x", "qqqqqq", "telefone", "passphrasesandmore"])("does not exist for %j", (typed) => {
    expect(VOCABULARY.suggestions(typed)).toEqual([]);
  });

  test("is one of at most three, the likeliest first", () => {
    expect(VOCABULARY.suggestions("ancr")).toEqual(["anchor", "anew", "anger"]);
  });
});

describe("letters without separators", () => {
  const six = ["anchor", "banjo", "cactus", "dolphin", "eagle", "falcon"];

  test("are split into words of the list", () => {
    expect(VOCABULARY.segment(six.join(""))).toEqual(six);
    expect(VOCABULARY.segment("anchor")).toEqual(["anchor"]);
  });

  test.each(["", "anch", "anchors", "anchorx", "xanchor"])(
    "are none when they are more or less: %j",
    (letters) => {
      expect(VOCABULARY.segment(letters)).toBeNull();
    },
  );

  test("too long for one word are split where it is certain", () => {
    expect(VOCABULARY.split("anchorbanjocaktus", false)).toEqual(["anchor", "banjo", "caktus"]);
    expect(VOCABULARY.split("qqanchorbanjo", false)).toEqual(["qqanchorbanjo"]);
  });

  test("stay one word when they may be a mistyped word", () => {
    expect(VOCABULARY.split("anchors", false)).toEqual(["anchors"]);
  });

  test("are a word and the start of the next one while typing", () => {
    expect(VOCABULARY.split("anchorb", true)).toEqual(["anchor", "b"]);
    expect(VOCABULARY.split("anchorxq", true)).toEqual(["anchorxq"]);
  });
});
