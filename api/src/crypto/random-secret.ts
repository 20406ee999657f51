import { randomInt, randomUUID } from "node:crypto";

const NUMBERS = "0123456789";
const ALPHANUMERIC = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz${NUMBERS}`;

const CHARSETS = {
  numbers: NUMBERS,
  alphanumeric: ALPHANUMERIC,
  /** Letters, digits and all 32 ASCII punctuation characters; no space, which is easily lost at the ends. */
  symbols: `${ALPHANUMERIC}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`,
};

/** The characters of a generated value; `uuid` is a random (v4) UUID of fixed length. */
export type SecretCharset = keyof typeof CHARSETS | "uuid";

/** The longest generated value, in characters; the shortest is 1. */
export const MAX_GENERATED_LENGTH = 1024;

/**
 * A value from the system's CSPRNG, each character drawn independently and without modulo bias
 * (`crypto.randomInt` rejects and redraws). `length` is in characters, 1 to 1,024, and ignored for `uuid`.
 *
 * @throws RangeError for any other `length`.
 */
export function randomSecret(charset: SecretCharset, length: number): string {
  if (charset === "uuid") return randomUUID({ disableEntropyCache: true });
  if (!Number.isInteger(length) || length < 1 || length > MAX_GENERATED_LENGTH) {
    throw new RangeError(`length must be a whole number from 1 to ${MAX_GENERATED_LENGTH}`);
  }
  const characters = CHARSETS[charset];
  return Array.from({ length }, () => characters.charAt(randomInt(characters.length))).join("");
}
