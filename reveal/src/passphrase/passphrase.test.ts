import { describe, expect, test, vi } from "vitest";
import { checkPassphrase, readPassphrase, wordsIn } from "./passphrase.ts";
import { VOCABULARY } from "./test-vocabulary.ts";

const GOOD = "anchor-banjo-cactus-dolphin-eagle-falcon";

/** The server's normalization (api/src/crypto/passphrase.ts), which the tidied form must survive. */
const asHashed = (typed: string) =>
  typed
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-z]/g, "");

describe("a passphrase that can be sent", () => {
  test.each([
    ["as it was sent", GOOD],
    ["with spaces", "anchor banjo cactus dolphin eagle falcon"],
    ["with capitals", GOOD.toUpperCase()],
    ["with space around it", `\n  ${GOOD} \t`],
    ["one word a line, with Windows line ends", GOOD.replaceAll("-", "\r\n")],
    ["numbered", "1. anchor 2. banjo 3. cactus 4. dolphin 5. eagle 6. falcon"],
    ["with no-break spaces", GOOD.replaceAll("-", "\u00a0")],
    ["with the dashes a phone makes", GOOD.replaceAll("-", " – ")],
    [
      "in full-width letters",
      "ａｎｃｈｏｒ　ｂａｎｊｏ　ｃａｃｔｕｓ　ｄｏｌｐｈｉｎ　ｅａｇｌｅ　ｆａｌｃｏｎ",
    ],
    ["with a soft hyphen in a word", GOOD.replace("dolphin", "dol\u00adphin")],
    ["with zero-width characters", GOOD.replaceAll("-", "-\u200b")],
    ["in quotation marks", `“${GOOD}”`],
    ["each word in quotation marks", `"${GOOD.replaceAll("-", '", "')}"`],
    ["numbered by lines", "1) anchor\n2) banjo\n3) cactus\n4) dolphin\n5) eagle\n6) falcon\n"],
    ["numbered in circles", "①anchor ②banjo ③cactus ④dolphin ⑤eagle ⑥falcon"],
    ["with the full stop of a sentence", `${GOOD}.`],
  ])("is accepted %s", (_, typed) => {
    for (const list of [VOCABULARY, "missing"] as const) {
      expect(checkPassphrase(typed, list)).toEqual({ ok: true, passphrase: GOOD });
    }
    expect(asHashed(typed)).toBe(asHashed(GOOD));
  });

  test("may be written without dashes, which the server drops anyway", () => {
    const typed = GOOD.replaceAll("-", "");
    expect(checkPassphrase(typed, VOCABULARY)).toEqual({ ok: true, passphrase: GOOD });
    expect(checkPassphrase(typed, "missing")).toEqual({ ok: true, passphrase: typed });
  });

  test.each([
    ["a dash was lost", GOOD.replace("-", "")],
    ["a line break fell into a word", GOOD.replace("dolphin", "dol\nphin")],
    ["a mail program wrapped it twice", GOOD.replace("cactus", "cac\n tus").replace("falcon", "fal-con")],
  ])("may have its dashes elsewhere, which is the same to the server: %s", (_, typed) => {
    expect(checkPassphrase(typed, VOCABULARY)).toEqual({ ok: true, passphrase: GOOD });
    expect(asHashed(typed)).toBe(asHashed(GOOD));
  });

  test("normalizes exactly as the server does, whatever separates or interrupts the words", () => {
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
        for (const list of [VOCABULARY, "missing"] as const) {
          const check = checkPassphrase(typed, list);
          if (check.ok) expect(asHashed(check.passphrase)).toBe(asHashed(typed));
        }
      }
    }
  });
});

describe("a pasted message", () => {
  const spaced = GOOD.replaceAll("-", " ");
  const other = "anchor-banjo-cactus-dolphin-eagle-zoom";

  test.each([
    ["on a line of its own", `Hello Bob,\n\nthis is the passphrase for the VPN:\n${spaced}\n\nAlice`],
    ["after a colon", `Passphrase: ${spaced}`],
    ["after a full-width colon", `合言葉：${spaced}\nthank you very much`],
    ["with its dashes, in a sentence", `Please type ${GOOD} there.`],
    ["in quotation marks", `The words are “${GOOD}”.`],
    ["twice", `${GOOD}\n\nOnce more: ${spaced}`],
    ["next to the link, where it should not be", `https://s.example/vault_a/AbCdEfGhIjKlMnOpQrSt-_\n${GOOD}`],
    ["in a long thread", `${"On Monday somebody wrote to everybody\n".repeat(100)}${GOOD}`],
  ])("yields its six words: %s", (_, message) => {
    expect(checkPassphrase(message, VOCABULARY)).toEqual({ ok: true, passphrase: GOOD });
    expect(readPassphrase(message, VOCABULARY).isPicked).toBe(true);
  });

  test.each([
    ["there are two passphrases", `${GOOD}\n${other}`],
    ["there are words before them on the line", `Hello ${spaced}`],
    ["there are words after them on the line", `Passphrase: ${spaced} thanks`],
    ["a word is mistyped", `Passphrase: ${GOOD.replace("eagle", "eagel")}`],
    ["there are only five", "Passphrase: anchor banjo cactus dolphin eagle"],
    ["there are seven", `Passphrase: ${spaced} zoom`],
    ["the list is not there to tell", `Passphrase: ${spaced}`, "missing" as const],
  ])("yields nothing when %s", (_, message, list: "missing" | typeof VOCABULARY = VOCABULARY) => {
    expect(checkPassphrase(message, list)).toMatchObject({ ok: false });
    expect(readPassphrase(message, list).isPicked).toBe(false);
  });

  test("is not searched when it is too long", () => {
    expect(checkPassphrase(`${"x ".repeat(10_000)}\n${GOOD}`, VOCABULARY)).toEqual({
      ok: false,
      problem: { kind: "tooLong" },
    });
  });
});

describe("nothing is sent", () => {
  const LISTS = [VOCABULARY, "missing", "loading"] as const;

  test.each(["", " ", "\n\t ", "\u00a0"])("for a blank field: %j", (typed) => {
    for (const list of LISTS) {
      expect(checkPassphrase(typed, list)).toEqual({ ok: false, problem: { kind: "blank" } });
    }
  });

  test.each([
    `https://secrets.example/vault_a/AbCdEfGhIjKlMnOpQrSt-_`,
    "secrets.example/vault_a/AbCdEfGhIjKlMnOpQrSt-_",
    "HTTP://one-two-three-four.example/six",
    `VAULT_a ${GOOD.replaceAll("-", " ")}`,
    "ｈｔｔｐ：//one.two.three.four.five",
  ])("for a pasted link: %s", (typed) => {
    for (const list of LISTS) {
      expect(checkPassphrase(typed, list)).toEqual({ ok: false, problem: { kind: "link" } });
    }
  });

  test("for more than 1,024 characters, even of six words", () => {
    const padded = GOOD.padEnd(1024, " ");
    expect(checkPassphrase(padded, "missing").ok).toBe(true);
    expect(checkPassphrase(`${padded} `, "missing")).toEqual({ ok: false, problem: { kind: "tooLong" } });
  });

  test.each([
    ["anchor-banjo-cactus-dolphin-eagle", 5],
    [`${GOOD}-zoom`, 7],
    [`Passphrase ${GOOD.replaceAll("-", " ")}`, 7],
    ["anchor", 1],
    ["123 456", 0],
    ["パスワード", 0],
  ])("for another number of words: %s", (typed, words) => {
    for (const list of [VOCABULARY, "missing"] as const) {
      expect(checkPassphrase(typed, list)).toEqual({ ok: false, problem: { kind: "wordCount", words } });
    }
  });

  test("for too few letters to be six words, without the list", () => {
    expect(checkPassphrase("abcdefghijklmnopq", "missing")).toMatchObject({ ok: false });
    expect(checkPassphrase("abcdefghijklmnopqrs tuv", "missing")).toMatchObject({ ok: false });
  });

  test.each([
    [GOOD.replace("anchor", "anchr"), 1],
    [GOOD.replace("falcon", "falco"), 6],
    [`${GOOD}s`, 6],
    ["anchor banjo caktus", 3],
    ["bnajo", 1],
    [GOOD.replace("banjo", "bánjo"), undefined],
    [GOOD.replaceAll("-", "").replace("eagle", "eagel"), 5],
    [GOOD.replace("anchor-banjo", "anchorb-anjo"), 1],
  ])("for a word that is not on the list: %s", (typed, at) => {
    const check = checkPassphrase(typed, VOCABULARY);
    expect(check).toMatchObject({ ok: false, problem: at ? { kind: "unknownWord", at } : {} });
  });

  test("while the word list loads", () => {
    expect(checkPassphrase(GOOD, "loading")).toEqual({ ok: false, problem: { kind: "listLoading" } });
  });
});

describe("a word while typing", () => {
  const read = (typed: string) =>
    readPassphrase(typed, VOCABULARY).words.map(({ text, state }) => `${text} ${state}`);

  test("is open as long as it can become a word of the list", () => {
    expect(read("Anchor-banjo cac")).toEqual(["anchor listed", "banjo listed", "cac open"]);
    expect(read("anchorbanj")).toEqual(["anchor listed", "banj open"]);
  });

  test("is unknown once it can't become one, or has ended", () => {
    expect(read("ancx")).toEqual(["ancx unknown"]);
    expect(read("anch ")).toEqual(["anch unknown"]);
    expect(read("anch banjo")).toEqual(["anch unknown", "banjo listed"]);
  });

  test("is unchecked without the list", () => {
    expect(readPassphrase("anchor xx", "loading").words.map(({ state }) => state)).toEqual([
      "unchecked",
      "unchecked",
    ]);
  });
});

test("words are counted while typing", () => {
  expect(wordsIn("Anchor-basket can")).toEqual(["anchor", "basket", "can"]);
  expect(wordsIn("")).toEqual([]);
});

test("no more than 20,000 characters of a text are normalised, which would take quadratic time", () => {
  const pasted = `${GOOD}${"\u0301".repeat(30_000)}`;
  const normalize = vi.spyOn(String.prototype, "normalize");
  try {
    expect(checkPassphrase(pasted, VOCABULARY).ok).toBe(false);
    wordsIn(pasted);
    const lengths = normalize.mock.contexts.map((text) => String(text).length);
    expect(Math.max(...lengths)).toBe(20_000);
  } finally {
    normalize.mockRestore();
  }
});
