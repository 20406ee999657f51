import { argon2Sync, createHash, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { ARGON2_PARAMETERS, type Argon2Parameters } from "./argon2.ts";
import {
  newPassphrase,
  newSalt,
  normalisePassphrase,
  parseWordList,
  passphraseKeys,
  verifiersMatch,
} from "./passphrase.ts";
import vectors from "./vectors.json" with { type: "json" };

const listFile = readFileSync(new URL("./eff-large-wordlist.txt", import.meta.url));
const words = listFile.toString("utf8").split("\n").slice(0, -1);

describe("the word list", () => {
  test("is EFF's large list without its four hyphenated words, byte for byte", () => {
    expect(createHash("sha256").update(listFile).digest("hex")).toBe(
      "18586c092f641ecd1a471dd6ab35618ab69f0aa7483486424f7caf0996d06259",
    );
  });

  test("has 7,772 different words of 3 to 9 letters a–z, none of them hyphenated", () => {
    expect(words).toHaveLength(7772);
    expect(new Set(words).size).toBe(7772);
    expect(words.filter((word) => !/^[a-z]{3,9}$/.test(word))).toEqual([]);
  });

  test("has no word that is a prefix of another, so that no two passphrases have the same letters", () => {
    const sorted = words.toSorted();
    expect(sorted.filter((word, i) => sorted[i + 1]?.startsWith(word))).toEqual([]);
  });

  test("is read with either line ending", () => {
    const text = listFile.toString("utf8");
    expect(parseWordList(text)).toEqual(words);
    expect(parseWordList(text.replaceAll("\n", "\r\n"))).toEqual(words);
    expect(parseWordList(text.trimEnd())).toEqual(words);
  });

  test.each([
    ["it ends early", (text: string) => text.slice(0, -1000)],
    ["it is empty", () => ""],
    ["it starts with a byte-order mark", (text: string) => `\ufeff${text}`],
    ["its lines end in CR alone", (text: string) => text.replaceAll("\n", "\r")],
    ["a line has a blank at its end", (text: string) => text.replace("\n", " \n")],
    [
      "it is a pointer of Git LFS",
      () => "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 62144\n",
    ],
  ])("is refused when %s", (_, damage) => {
    expect(() => parseWordList(damage(listFile.toString("utf8")))).toThrow(
      "eff-large-wordlist.txt is damaged",
    );
  });
});

describe("a new passphrase", () => {
  const passphrases = Array.from({ length: 50_000 }, newPassphrase);

  test("is six words of the list joined by hyphens", () => {
    const list = new Set(words);
    const wrong = passphrases.filter((passphrase) => {
      const parts = passphrase.split("-");
      return parts.length !== 6 || !parts.every((part) => list.has(part));
    });
    expect(wrong).toEqual([]);
  });

  test("never repeats", () => {
    expect(new Set(passphrases).size).toBe(passphrases.length);
  });

  test("uses every word of the list equally often", () => {
    const counts = new Map(words.map((word) => [word, 0]));
    for (const passphrase of passphrases) {
      for (const word of passphrase.split("-")) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    // A given word is missing from 300,000 draws once in 10^17.
    expect([...counts].filter(([, count]) => count === 0)).toEqual([]);
    const expected = (passphrases.length * 6) / words.length;
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 7,771 degrees of freedom: exceeded by chance once in 10^11.
    expect(chiSquare).toBeLessThan(8637);
  });

  test("draws each word independently: positions are uncorrelated, and words repeat by chance", () => {
    const pairs = new Set(passphrases.map((passphrase) => passphrase.split("-").slice(0, 2).join("-")));
    // Of 50,000 pairs out of 60 million some 21 coincide; an order or a shared draw would leave 7,772.
    expect(pairs.size).toBeGreaterThan(49_800);
    const repeats = passphrases.filter((passphrase) => new Set(passphrase.split("-")).size < 6);
    // 15 pairs of positions in 7,772 words: 96 are expected, and none happens once in 10^41.
    expect(repeats.length).toBeGreaterThan(0);
  });

  test("loses only its hyphens to normalisation", () => {
    const passphrase = newPassphrase();
    expect(normalisePassphrase(passphrase)).toBe(passphrase.replaceAll("-", ""));
  });
});

describe("a typed passphrase is equivalent", () => {
  const sent = "anchor-basket-candle-finalist-elephant-fountain";
  const letters = "anchorbasketcandlefinalistelephantfountain";
  const fullWidth = (text: string) =>
    text.replace(/[!-~]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0));

  test.each([
    ["as it was sent", sent],
    ["with spaces for hyphens", sent.replaceAll("-", " ")],
    ["with nothing between the words", letters],
    ["with no-break spaces", sent.replaceAll("-", "\u00a0")],
    ["with narrow no-break spaces", sent.replaceAll("-", "\u202f")],
    ["with ideographic spaces", sent.replaceAll("-", "\u3000")],
    ["with en dashes", sent.replaceAll("-", "–")],
    ["with em dashes and spaces", sent.replaceAll("-", " — ")],
    ["with no-break hyphens", sent.replaceAll("-", "\u2011")],
    ["with minus signs", sent.replaceAll("-", "\u2212")],
    ["with underscores, commas and dots", "anchor_basket,candle.finalist;elephant/fountain"],
    ["in capitals", sent.toUpperCase()],
    ["with each word capitalised by a phone", sent.replace(/\b[a-z]/g, (c) => c.toUpperCase())],
    ["in full-width letters", fullWidth(sent)],
    ["in full-width capitals", fullWidth(sent.toUpperCase())],
    ["one word a line", sent.replaceAll("-", "\n")],
    ["one word a line, with Windows line ends", sent.replaceAll("-", "\r\n")],
    ["with Unicode line and paragraph separators", sent.replace("-", "\u2028").replace("-", "\u2029")],
    ["numbered", "1. anchor 2. basket 3. candle 4. finalist 5. elephant 6. fountain"],
    ["numbered with circled digits", "① anchor ② basket ③ candle ④ finalist ⑤ elephant ⑥ fountain"],
    ["with the ligature that a text program makes of fi", sent.replace("fi", "ﬁ")],
    ["with the long s of an old font", sent.replace("basket", "baſket")],
    ["in mathematical bold letters", sent.replace("anchor", "𝐚𝐧𝐜𝐡𝐨𝐫")],
    ["in quotation marks", `“${sent}”`],
    ["with space around it", `\t ${sent}\u00a0\n`],
    ["with a byte order mark", `\ufeff${sent}`],
    ["with a soft hyphen in a word", sent.replace("elephant", "ele\u00adphant")],
    ["broken at the end of a line", sent.replace("elephant", "ele-\nphant")],
    ["with zero-width spaces", sent.replaceAll("-", "-\u200b")],
    ["with direction marks around it", `\u202a${sent}\u202c`],
  ])("%s", (_, typed) => {
    expect(normalisePassphrase(typed)).toBe(letters);
  });

  test("whichever dash, space, control or invisible character of Unicode stands between the words", () => {
    const separators = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code)).filter(
      (character) => /[\p{Pd}\p{Z}\p{Cc}\p{Cf}]/u.test(character),
    );
    expect(separators.length).toBeGreaterThan(200);
    const wrong = separators.filter((c) => normalisePassphrase(sent.replaceAll("-", c)) !== letters);
    expect(wrong).toEqual([]);
  });

  test("whatever digit or punctuation of a keyboard stands between the words", () => {
    for (const character of "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") {
      expect(normalisePassphrase(sent.replaceAll("-", character))).toBe(letters);
    }
  });

  test("and no character leaves anything but a–z", () => {
    const everything = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
    expect(everything.filter((c) => !/^[a-z]*$/.test(normalisePassphrase(c)))).toEqual([]);
    expect(normalisePassphrase("日本語 🔑 123")).toBe("");
  });
});

describe("a typed passphrase is different", () => {
  const sent = "anchor-basket-candle-finalist-elephant-fountain";

  test.each([
    ["with another letter", sent.replace("anchor", "anchos")],
    ["with one letter missing", sent.replace("anchor", "ancho")],
    ["with one letter more", `${sent}s`],
    ["with two words swapped", "basket-anchor-candle-finalist-elephant-fountain"],
    ["with one word missing", sent.replace("-fountain", "")],
    ["with an accented letter, which is no letter of the list", sent.replace("candle", "cándle")],
    ["with a Cyrillic а in place of the Latin a", sent.replace("anchor", "\u0430nchor")],
  ])("%s", (_, typed) => {
    expect(normalisePassphrase(typed)).not.toBe(normalisePassphrase(sent));
  });
});

describe("the keys of a passphrase", () => {
  const salt = Buffer.from("0123456789abcdef");
  const typed = "anchor-basket-candle-dolphin-elephant-fountain";
  const cheap: Argon2Parameters = { memoryKib: 64, timeCost: 1, parallelism: 1 };

  const keysOf = async (passphrase: string, withSalt: Buffer = salt, parameters = cheap) => {
    const { verifier, wrap } = await passphraseKeys(passphrase, withSalt, parameters);
    return { verifier: verifier.toString("hex"), wrap: wrap.toString("hex") };
  };

  // Made with Debian's `argon2` command and Python's hmac, not with this code: see the test below for the recipe.
  test.each(vectors)("are stable: $name", async (vector) => {
    const keys = await keysOf(vector.passphrase, Buffer.from(vector.salt, "hex"), vector.argon2);
    expect(keys).toEqual({ verifier: vector.verifier, wrap: vector.wrap });
  });

  test("are HKDF-SHA256 of Argon2id, as OpenSSL's own Argon2id computes them with the default settings", async () => {
    const hash = argon2Sync("argon2id", {
      message: typed.replaceAll("-", ""),
      nonce: salt,
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      tagLength: 64,
    });
    const expand = (purpose: string) =>
      Buffer.from(hkdfSync("sha256", hash, Buffer.alloc(0), `ttl-secrets/v1/${purpose}`, 32));
    const { verifier, wrap } = await passphraseKeys(typed, salt);
    expect(verifier).toEqual(expand("verifier"));
    expect(wrap).toEqual(expand("wrap"));
  });

  test("cost 19 MiB, two passes and one lane, as OWASP recommends", () => {
    expect(ARGON2_PARAMETERS).toEqual({ memoryKib: 19_456, timeCost: 2, parallelism: 1 });
  });

  test("are two different ones", async () => {
    const { verifier, wrap } = await keysOf(typed);
    expect(verifier).not.toBe(wrap);
  });

  test("are the same however the passphrase was typed", async () => {
    expect(await keysOf(typed.toUpperCase().replaceAll("-", " "))).toEqual(await keysOf(typed));
  });

  test.each<[string, string, Buffer, Argon2Parameters]>([
    ["another passphrase", `${typed}s`, salt, cheap],
    ["another salt", typed, Buffer.from("0123456789abcdeg"), cheap],
    ["another memory cost", typed, salt, { ...cheap, memoryKib: 72 }],
    ["another time cost", typed, salt, { ...cheap, timeCost: 2 }],
    ["another number of lanes", typed, salt, { ...cheap, parallelism: 2 }],
  ])("both differ for %s", async (_, ...other) => {
    const [keys, others] = [await keysOf(typed), await keysOf(...other)];
    expect(others.verifier).not.toBe(keys.verifier);
    expect(others.wrap).not.toBe(keys.wrap);
  });
});

test("a new salt is 16 random bytes", () => {
  const salts = Array.from({ length: 1000 }, newSalt);
  expect(salts.every((salt) => salt.length === 16)).toBe(true);
  expect(new Set(salts.map((salt) => salt.toString("hex"))).size).toBe(1000);
});

describe("verifiers match", () => {
  const verifier = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

  test("when every byte is equal", () => {
    expect(verifiersMatch(verifier, Buffer.from(verifier))).toBe(true);
  });

  test("and not when any single bit differs", () => {
    for (let bit = 0; bit < 256; bit += 1) {
      const other = Buffer.from(verifier);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifiersMatch(verifier, other)).toBe(false);
    }
  });

  test.each([0, 1, 31, 33])("and not when one is %i bytes long, even with a common prefix", (length) => {
    const other = Buffer.concat([verifier, Buffer.alloc(1)]).subarray(0, length);
    expect(verifiersMatch(verifier, other)).toBe(false);
    expect(verifiersMatch(other, verifier)).toBe(false);
  });
});

test("a passphrase of over 1,024 characters is never normalised", () => {
  const normalize = vi.spyOn(String.prototype, "normalize");
  try {
    expect(() => normalisePassphrase(`a${"\u0301".repeat(1024)}`)).toThrow(RangeError);
    expect(() => normalisePassphrase("🔑".repeat(1025))).toThrow(RangeError);
    expect(normalize).not.toHaveBeenCalled();
    expect(normalisePassphrase("🔑".repeat(1024))).toBe("");
  } finally {
    normalize.mockRestore();
  }
});
