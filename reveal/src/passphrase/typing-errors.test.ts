import { expect, test } from "vitest";
import { checkPassphrase, WORDS } from "./passphrase.ts";
import { LIST, VOCABULARY } from "./test-vocabulary.ts";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];

/** Number of passphrases to mistype; each yields some 2,600 errors. */
const PASSPHRASES = 60;

/** Mulberry32 with a fixed seed, so that every run tests the same passphrases. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every single-letter error at every position, dashes included. */
const ERRORS: Record<string, (typed: string) => string[]> = {
  "letter wrong": (typed) =>
    [...typed].flatMap((_, i) => LETTERS.map((letter) => typed.slice(0, i) + letter + typed.slice(i + 1))),
  "letter too many": (typed) =>
    [...typed, ""].flatMap((_, i) => LETTERS.map((letter) => typed.slice(0, i) + letter + typed.slice(i))),
  "letter missing": (typed) => [...typed].map((_, i) => typed.slice(0, i) + typed.slice(i + 1)),
  "letters swapped": (typed) =>
    [...typed.slice(1)].map((letter, i) => typed.slice(0, i) + letter + typed[i] + typed.slice(i + 2)),
};

test("stops at least 99.5 % of all single-letter errors before they reach the server", () => {
  const random = randomNumbers(1);
  const figures = Object.entries(ERRORS).map(([name, make]) => ({ name, make, made: 0, sent: 0 }));
  for (let n = 0; n < PASSPHRASES; n++) {
    const words = Array.from({ length: WORDS }, () => LIST[Math.floor(random() * LIST.length)] ?? "");
    const passphrase = words.join("-");
    const letters = words.join("");
    for (const figure of figures) {
      // Not an error if it is the same to the server: a dash lost or moved, one l of two swapped with the other.
      for (const typed of figure.make(passphrase).filter((typed) => typed.replaceAll("-", "") !== letters)) {
        figure.made++;
        if (checkPassphrase(typed, VOCABULARY).ok) figure.sent++;
      }
    }
  }
  const made = figures.reduce((sum, figure) => sum + figure.made, 0);
  const sent = figures.reduce((sum, figure) => sum + figure.sent, 0);
  const percent = (part: number, all: number) => `${((100 * part) / all).toFixed(3)} %`;
  const lines = figures.map(
    (figure) => `    ${figure.name}: ${figure.sent} of ${figure.made} (${percent(figure.sent, figure.made)})`,
  );
  process.stdout.write(
    `\n  single-letter errors that would reach the server: ${sent} of ${made}; stopped: ${percent(made - sent, made)}\n${lines.join("\n")}\n`,
  );
  expect(made).toBeGreaterThan(10_000);
  expect((made - sent) / made).toBeGreaterThanOrEqual(0.995);
}, 60_000);
