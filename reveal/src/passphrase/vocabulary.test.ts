import { describe, expect, test } from "vitest";
import { LIST, VOCABULARY } from "./test-vocabulary.ts";

test("the list is sorted, as look-ups take it to be", () => {
  expect(LIST).toEqual(LIST.toSorted());
});

describe("a word", () => {
  test("is of the list only when all of it is", () => {
    expect(LIST.every((word) => VOCABULARY.has(word))).toBe(true);
    for (const word of ["", "ancho", "anchors", "Anchor", "zzz"]) expect(VOCABULARY.has(word)).toBe(false);
  });

  test("may become one of the list while its letters begin one", () => {
    for (const letters of ["", "a", "anch", "anchor", "zoom"]) {
      expect(VOCABULARY.isBeginning(letters)).toBe(true);
    }
    for (const letters of ["anchors", "xx", "zz", "{"]) expect(VOCABULARY.isBeginning(letters)).toBe(false);
  });
});

describe("a completion", () => {
  test("is there as soon as only one word begins with these letters, and not before", () => {
    expect(VOCABULARY.completion("dolph")).toBe("dolphin");
    expect(VOCABULARY.completion("ancho")).toBeNull(); // anchor, anchovy
    expect(VOCABULARY.completion("")).toBeNull();
    expect(VOCABULARY.completion("zzz")).toBeNull();
  });

  test("is not there for what is a word already", () => {
    expect(VOCABULARY.completion("dolphin")).toBeNull();
  });

  test("is always the one word that it could be", () => {
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
  ])("is made for a word with %s", (_, mistyped, meant) => {
    expect(VOCABULARY.suggestions(mistyped)).toEqual(meant);
  });

  test.each(["", "x", "qqqqqq", "telefone", "passphrasesandmore"])("is not made for %j", (typed) => {
    expect(VOCABULARY.suggestions(typed)).toEqual([]);
  });

  test("is among at most three, the likeliest first", () => {
    expect(VOCABULARY.suggestions("ancr")).toEqual(["anchor", "anew", "anger"]);
  });
});

describe("letters with nothing between them", () => {
  const six = ["anchor", "banjo", "cactus", "dolphin", "eagle", "falcon"];

  test("are the words of the list that they are made of", () => {
    expect(VOCABULARY.segment(six.join(""))).toEqual(six);
    expect(VOCABULARY.segment("anchor")).toEqual(["anchor"]);
  });

  test.each(["", "anch", "anchors", "anchorx", "xanchor"])(
    "are none when they are more or less: %j",
    (letters) => {
      expect(VOCABULARY.segment(letters)).toBeNull();
    },
  );

  test("that are too many for one word are cut where it is certain", () => {
    expect(VOCABULARY.split("anchorbanjocaktus", false)).toEqual(["anchor", "banjo", "caktus"]);
    expect(VOCABULARY.split("qqanchorbanjo", false)).toEqual(["qqanchorbanjo"]);
  });

  test("stay one word when that may be a word with a slip", () => {
    expect(VOCABULARY.split("anchors", false)).toEqual(["anchors"]);
  });

  test("are a word and the beginning of the next one while they are typed", () => {
    expect(VOCABULARY.split("anchorb", true)).toEqual(["anchor", "b"]);
    expect(VOCABULARY.split("anchorxq", true)).toEqual(["anchorxq"]);
  });
});
