import { describe, expect, test } from "vitest";
import { hashToken, isToken, newToken } from "./token.ts";

describe("a new token", () => {
  const tokens = Array.from({ length: 10_000 }, newToken);

  test("is 22 characters of base64url that hold 16 bytes", () => {
    for (const token of tokens) {
      expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(Buffer.from(token, "base64url")).toHaveLength(16);
    }
  });

  test("never repeats", () => {
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test("has 128 random bits: each is set about half the time", () => {
    const timesSet = new Array<number>(128).fill(0);
    for (const token of tokens) {
      const bytes = Buffer.from(token, "base64url");
      for (let bit = 0; bit < 128; bit += 1) {
        timesSet[bit] = (timesSet[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
      }
    }
    // The standard deviation is 50: this is 20 of them.
    expect(Math.min(...timesSet)).toBeGreaterThan(4000);
    expect(Math.max(...timesSet)).toBeLessThan(6000);
  });

  test("is recognised as a token", () => {
    expect(tokens.every(isToken)).toBe(true);
  });
});

describe("text without the shape of a token is rejected", () => {
  const token = "Zm9vYmFyLTAxMjM0NTY3OA";

  test("accepts tokens, from either end of the alphabet", () => {
    expect([token, "A".repeat(22), `${"_".repeat(21)}w`, `${"-".repeat(21)}Q`].map(isToken)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test.each([
    ["nothing", ""],
    ["21 characters", token.slice(1)],
    ["23 characters", `${token}A`],
    ["padding", `${token}==`],
    ["padding in place of a character", `${token.slice(0, 21)}=`],
    ["a space before", ` ${token}`],
    ["a space after", `${token} `],
    ["a line break after", `${token}\n`],
    ["a line break before", `\n${token}`],
    ["a second line", `${token}\n${token}`],
    ["base64's + for base64url's -", token.replace("m", "+")],
    ["base64's / for base64url's _", token.replace("m", "/")],
    ["a dot", token.replace("m", ".")],
    ["a percent escape", "%41".repeat(7).concat("A")],
    ["NUL", token.replace("m", "\0")],
    ["a full-width letter", token.replace("m", "ｍ")],
    ["a letter whose low byte is an ASCII letter's, which would hash the same", token.replace("m", "ŭ")],
  ])("refuses %s", (_, text) => {
    expect(isToken(text)).toBe(false);
  });

  test("refuses non-canonical spellings of the same 16 bytes", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const accepted = [...alphabet].filter((last) => isToken(token.slice(0, 21) + last));
    expect(accepted.join("")).toBe("AQgw");
  });
});

describe("a token's hash", () => {
  test.each([
    ["AAAAAAAAAAAAAAAAAAAAAA", "8a5bdb4cc15164126c6ef2668de9dd240d299ce6397a42c95a9411b93d080ed8"],
    ["Zm9vYmFyLTAxMjM0NTY3OA", "8374e22f9fc367b8d6a93be166d181dcec7339ac662e3e1324553fea9453a67e"],
  ])("is SHA-256 of its 22 characters, as sha256sum computes it: %s", (token, hash) => {
    expect(hashToken(token).toString("hex")).toBe(hash);
  });
});
