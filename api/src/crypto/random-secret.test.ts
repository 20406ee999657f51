import { describe, expect, test } from "vitest";
import { MAX_GENERATED_LENGTH, randomSecret, type SecretCharset } from "./random-secret.ts";

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PRINTABLE_ASCII = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join("");

/** The bounds are exceeded by chance once in 10^11, at one degree of freedom less than there are characters. */
const CHARSETS: { charset: SecretCharset; characters: string; chiSquareBound: number }[] = [
  { charset: "numbers", characters: DIGITS, chiSquareBound: 71 },
  { charset: "alphanumeric", characters: LETTERS + DIGITS, chiSquareBound: 167 },
  { charset: "symbols", characters: PRINTABLE_ASCII, chiSquareBound: 216 },
];

describe.each(CHARSETS)("a generated value of $charset", ({ charset, characters, chiSquareBound }) => {
  test.each([1, 2, 1023, 1024])("has exactly the requested length: %i", (length) => {
    expect(randomSecret(charset, length)).toHaveLength(length);
  });

  test.each([0, -1, 1025, 1.5, 1024.5, 2 ** 32 + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    "is refused for a length of %d",
    (length) => {
      expect(() => randomSecret(charset, length)).toThrow(
        new RangeError("length must be a whole number from 1 to 1024"),
      );
    },
  );

  test("uses only these characters, all equally likely", () => {
    const counts = new Map([...characters].map((character) => [character, 0]));
    const strangers = new Set<string>();
    // Enough to tell a byte modulo 10, which favours six of the digits by 4 %, from an even draw.
    const values = 500;
    for (let i = 0; i < values; i += 1) {
      for (const character of randomSecret(charset, MAX_GENERATED_LENGTH)) {
        const count = counts.get(character);
        if (count === undefined) strangers.add(character);
        else counts.set(character, count + 1);
      }
    }
    expect([...strangers]).toEqual([]);
    expect([...counts].filter(([, count]) => count === 0)).toEqual([]);
    const expected = (values * MAX_GENERATED_LENGTH) / characters.length;
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(chiSquareBound);
  });

  test("differs each time", () => {
    expect(new Set(Array.from({ length: 1000 }, () => randomSecret(charset, 32))).size).toBe(1000);
  });
});

describe("a generated UUID", () => {
  test("has the shape of version 4, in lower case", () => {
    for (let i = 0; i < 1000; i += 1) {
      expect(randomSecret("uuid", 36)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  test.each([1, 1024, 0, 1025, 1.5])("is 36 characters long whatever the requested length: %d", (length) => {
    expect(randomSecret("uuid", length)).toHaveLength(36);
  });

  test("differs each time", () => {
    expect(new Set(Array.from({ length: 1000 }, () => randomSecret("uuid", 1))).size).toBe(1000);
  });
});
