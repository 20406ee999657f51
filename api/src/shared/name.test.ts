import { describe, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { checkName } from "./name.ts";

function refusal(name: string): AppError {
  try {
    checkName(name);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("a name", () => {
  test.each([
    ["of one character", "x"],
    ["of 200 letters", "x".repeat(200)],
    ["of 200 emoji, which are 400 UTF-16 units", "🔑".repeat(200)],
    ["of 199 letters and an emoji", `${"x".repeat(199)}🔑`],
    ["of 200 letters with combining marks counted", "e\u0301".repeat(100)],
    ["with spaces inside", "Database password (production)"],
    ["with spaces around it", "  padded  "],
    ["with a no-break space", "a\u00a0b"],
    ["in right-to-left script", "סיסמה"],
    ["of HTML, which is text here", "<b onclick='x'>&amp;</b>"],
    ["of one family of emoji", "👩‍👩‍👧"],
    ["with the first character after the control characters", "\u00a0a\u0020!"],
    ["with a tilde, the last before DEL", "~"],
  ])("is returned as given: %s", (_, name) => {
    expect(checkName(name)).toBe(name);
  });

  test.each([
    ["empty", ""],
    ["a space", " "],
    ["tabs and line breaks", "\t\r\n"],
    ["no-break and ideographic spaces", "\u00a0\u3000\u2003"],
    ["201 letters", "x".repeat(201)],
    ["201 emoji", "🔑".repeat(201)],
    ["200 letters and an emoji", `${"x".repeat(200)}🔑`],
    ["201 spaces and letters", `${" ".repeat(200)}x`],
    ["a line break", "a\nb"],
    ["a carriage return", "a\rb"],
    ["a tab", "a\tb"],
    ["a line break at the end", "name\n"],
    ["NUL", "a\0b"],
    ["an escape sequence for terminals", "\u001b[31mred"],
    ["DEL", "a\u007fb"],
    ["a C1 control character", "a\u009bb"],
    ["NEL", "a\u0085b"],
    ["a Unicode line separator", "a\u2028b"],
    ["a Unicode paragraph separator", "a\u2029b"],
    ["a lone high surrogate", "a\ud83d"],
    ["a lone low surrogate", "\udd11a"],
    ["surrogates in the wrong order", "\udd11\ud83d"],
  ])("is refused: %s", (_, name) => {
    const { code, details } = refusal(name);
    expect({ code, details }).toEqual({ code: "BAD_USER_INPUT", details: { field: "name" } });
  });

  test("is refused with any control character", () => {
    const controls = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)];
    for (const code of controls) expect(() => checkName(`a${String.fromCharCode(code)}b`)).toThrow(AppError);
  });

  test.each(["hunter2\n", `hunter2${"x".repeat(200)}`, "hunter2\ud83d"])(
    "is not repeated in the error: %j",
    (name) => {
      expect(refusal(name).message).not.toContain("hunter2");
    },
  );
});
