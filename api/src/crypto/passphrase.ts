import { hkdfSync, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { ARGON2_PARAMETERS, type Argon2Parameters, argon2id } from "./argon2.ts";

/** Words in the list. */
const LIST_LENGTH = 7772;

/**
 * EFF's large word list (Joseph Bonneau, 2016, CC BY 3.0) without its four hyphenated words, because normalisation drops
 * hyphens: 7,772 words of 3 to 9 letters, whose concatenations are unambiguous.
 */
const WORDS = parseWordList(readFileSync(new URL("./eff-large-wordlist.txt", import.meta.url), "utf8"));

/** log2(7772^6) = 77.5 bits, out of reach with one attempt and Argon2id. */
const WORD_COUNT = 6;

/** RFC 9106 §3.1 recommends 16 bytes. */
const SALT_BYTES = 16;

const SUBKEY_BYTES = 32;

/** Maximum length of a passphrase as typed, in characters (code points). */
const MAX_PASSPHRASE_CHARACTERS = 1024;

/** The two keys derived from a passphrase: `verifier` to compare, `wrap` to decrypt. */
export interface PassphraseKeys {
  verifier: Buffer;
  wrap: Buffer;
}

/**
 * Parses the word list, one word a line, with either line ending.
 *
 * @throws Error if it is not the whole list: a passphrase of a damaged list may be one that no recipient can type.
 */
export function parseWordList(text: string): string[] {
  const words = text.split(/\r?\n/);
  if (words.at(-1) === "") words.pop();
  if (words.length !== LIST_LENGTH || !words.every((word) => /^[a-z]{3,9}$/.test(word))) {
    throw new Error("eff-large-wordlist.txt is damaged: restore it from the repository and build again.");
  }
  return words;
}

/** Six words joined by `-`, each drawn independently and without bias from the system's CSPRNG. */
export function newPassphrase(): string {
  return Array.from({ length: WORD_COUNT }, () => WORDS[randomInt(WORDS.length)]).join("-");
}

/** Whether a typed passphrase is within its maximum length. Looks at no more than twice as many code units. */
export function isPassphraseLength(typed: string): boolean {
  // A character takes one or two code units.
  if (typed.length > 2 * MAX_PASSPHRASE_CHARACTERS) return false;
  return typed.length <= MAX_PASSPHRASE_CHARACTERS || [...typed].length <= MAX_PASSPHRASE_CHARACTERS;
}

/**
 * Normalises a typed passphrase before hashing: NFKC (Unicode UAX #15), lower case, everything but a–z dropped. So
 * capitals, spaces of any kind, dashes, line breaks and full-width letters make no difference.
 *
 * @throws RangeError for more than 1,024 characters: NFKC takes quadratic time for combining marks, 15 s for 254 KB.
 */
export function normalisePassphrase(typed: string): string {
  if (!isPassphraseLength(typed)) throw new RangeError("the passphrase is too long");
  return typed
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}

/** A fresh random salt for a new secret. */
export function newSalt(): Buffer {
  return randomBytes(SALT_BYTES);
}

/**
 * Hashes a passphrase as typed and derives its two keys. The only slow step (some 30 ms and 19 MiB): call it inside a
 * `HashingPool` slot.
 */
export async function passphraseKeys(
  typed: string,
  salt: Buffer,
  parameters: Argon2Parameters = ARGON2_PARAMETERS,
): Promise<PassphraseKeys> {
  const hash = await argon2id(normalisePassphrase(typed), salt, parameters);
  const keys = { verifier: subkey(hash, "verifier"), wrap: subkey(hash, "wrap") };
  hash.fill(0);
  return keys;
}

/** Whether the two verifiers are equal, in constant time. */
export function verifiersMatch(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function subkey(hash: Buffer, purpose: "verifier" | "wrap"): Buffer {
  return Buffer.from(hkdfSync("sha256", hash, "", `ttl-secrets/v1/${purpose}`, SUBKEY_BYTES));
}
