import { describe, expect, test } from "vitest";
import { carryEdit, insertText, shownText } from "./value-text.ts";

test("the text area shows every line break as LF", () => {
  expect(shownText("a\r\nb\rc\nd\r\n")).toBe("a\nb\nc\nd\n");
});

describe("pasting", () => {
  test("keeps CRLF, leading and trailing white space", () => {
    expect(insertText("", { start: 0, end: 0 }, "  a\r\nb \r\n")).toBe("  a\r\nb \r\n");
  });

  test("replaces the selection as the text area counts it", () => {
    // The text area shows "a↵b↵c" with "b" selected.
    expect(insertText("a\r\nb\r\nc", { start: 2, end: 3 }, "x\r\ny")).toBe("a\r\nx\r\ny\r\nc");
    expect(insertText("a\r\nb", { start: 1, end: 2 }, "")).toBe("ab");
  });
});

describe("an edit after a paste", () => {
  const pasted = "one\r\ntwo\r\nthree";

  test.each([
    ["typing in the middle", "one\ntw!o\nthree", "one\r\ntw!o\r\nthree"],
    ["typing at the end", "one\ntwo\nthree\n", "one\r\ntwo\r\nthree\n"],
    ["typing at the start", "\none\ntwo\nthree", "\none\r\ntwo\r\nthree"],
    ["deleting a line break", "onetwo\nthree", "onetwo\r\nthree"],
    ["deleting a line", "one\nthree", "one\r\nthree"],
    ["replacing a word", "one\n2\nthree", "one\r\n2\r\nthree"],
    ["clearing the box", "", ""],
  ])("%s keeps the other line breaks", (_, shown, expected) => {
    const raw = carryEdit(pasted, shown);
    expect(raw).toBe(expected);
    expect(shownText(raw)).toBe(shown);
  });

  test("the text area always shows what was typed", () => {
    let raw = "a\r\na\r\na\ra\n";
    for (const shown of ["a\na\na\n", "a\na\n\n", "b\na\n\n\n", "\n", "é🔑\n"]) {
      raw = carryEdit(raw, shown);
      expect(shownText(raw)).toBe(shown);
    }
  });
});
