import { describe, expect, test } from "vitest";
import { checkPassphrase, wordsIn } from "./passphrase.ts";

const GOOD = "anchor-basket-candle-dolphin-elephant-fountain";

/** What the server does to what it gets (api/src/crypto/passphrase.ts): the tidy form must survive it. */
const asHashed = (typed: string) =>
  typed
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-z]/g, "");

describe("a passphrase that may be sent", () => {
  test.each([
    ["as it was sent", GOOD],
    ["with spaces", "anchor basket candle dolphin elephant fountain"],
    ["with capitals", GOOD.toUpperCase()],
    ["with space around it", `\n  ${GOOD} \t`],
    ["one word a line, with Windows line ends", GOOD.replaceAll("-", "\r\n")],
    ["numbered", "1. anchor 2. basket 3. candle 4. dolphin 5. elephant 6. fountain"],
    ["with no-break spaces", GOOD.replaceAll("-", "\u00a0")],
    ["with the dashes a phone makes", GOOD.replaceAll("-", " – ")],
    [
      "in full-width letters",
      "ａｎｃｈｏｒ　ｂａｓｋｅｔ　ｃａｎｄｌｅ　ｄｏｌｐｈｉｎ　ｅｌｅｐｈａｎｔ　ｆｏｕｎｔａｉｎ",
    ],
    ["with a soft hyphen in a word", GOOD.replace("elephant", "ele\u00adphant")],
    ["with zero-width characters", GOOD.replaceAll("-", "-\u200b")],
    ["in quotation marks", `“${GOOD}”`],
  ])("is six words %s", (_, typed) => {
    expect(checkPassphrase(typed)).toEqual({ ok: true, passphrase: GOOD });
    expect(asHashed(typed)).toBe(asHashed(GOOD));
  });

  test("may be written as one, since the server drops the dashes anyway", () => {
    const typed = GOOD.replaceAll("-", "");
    expect(checkPassphrase(typed)).toEqual({ ok: true, passphrase: typed });
  });

  test("means to the server exactly what was typed, whatever is between and inside the words", () => {
    const marks = [
      " ",
      "-",
      "\n",
      "\u00ad",
      "\u200d",
      "é",
      "İ",
      "ſ",
      "K",
      "1.",
      "\u2011",
      "ﬁ",
      "ß",
      "\u0301",
    ];
    for (const a of marks) {
      for (const b of marks) {
        const typed = `${GOOD.replaceAll("-", ` ${a}`)}${b}`;
        const check = checkPassphrase(typed);
        if (check.ok) expect(asHashed(check.passphrase)).toBe(asHashed(typed));
      }
    }
  });
});

describe("nothing is sent", () => {
  test.each(["", " ", "\n\t ", "\u00a0"])("for a blank field: %j", (typed) => {
    expect(checkPassphrase(typed)).toEqual({ ok: false, problem: { kind: "blank" } });
  });

  test.each([
    `https://secrets.example/vault_a/AbCdEfGhIjKlMnOpQrSt-_`,
    "secrets.example/vault_a/AbCdEfGhIjKlMnOpQrSt-_",
    "HTTP://one-two-three-four.example/six",
    `VAULT_a ${GOOD}`,
    "ｈｔｔｐ：//one.two.three.four.five",
  ])("for a pasted link: %s", (typed) => {
    expect(checkPassphrase(typed)).toEqual({ ok: false, problem: { kind: "link" } });
  });

  test("for more than 1,024 characters, even of six words", () => {
    const padded = GOOD.padEnd(1024, " ");
    expect(checkPassphrase(padded).ok).toBe(true);
    expect(checkPassphrase(`${padded} `)).toEqual({ ok: false, problem: { kind: "tooLong" } });
  });

  test.each([
    ["anchor-basket-candle-dolphin-elephant", 5],
    [`${GOOD}-garden`, 7],
    [`Passphrase: ${GOOD}`, 7],
    ["anchor", 1],
    ["abcdefghijklmnopq", 1],
    ["abcdefghijklmnopqrs tuv", 2],
    ["123 456", 0],
    ["パスワード", 0],
  ])("for another number of words: %s", (typed, words) => {
    expect(checkPassphrase(typed)).toEqual({ ok: false, problem: { kind: "wordCount", words } });
  });
});

test("words are counted while they are typed", () => {
  expect(wordsIn("Anchor-basket can")).toEqual(["anchor", "basket", "can"]);
  expect(wordsIn("")).toEqual([]);
});
