import {
  checkPassphrase,
  type PassphraseProblem,
  readPassphrase,
  WORDS,
  type WordList,
} from "./passphrase.ts";

/** Advice on the words in the field while typing. `offered` words would replace word `at`. */
export type Advice =
  /** No error so far: `words` words are on the list, and the next may be completed. */
  | {
      readonly kind: "count";
      readonly words: number;
      readonly at: number;
      readonly offered: readonly string[];
    }
  /** A word is not on the list; `offered` are suggestions. */
  | { readonly kind: "unknownWord"; readonly at: number; readonly offered: readonly string[] }
  /** The input as a whole is wrong. */
  | { readonly kind: "problem"; readonly problem: PassphraseProblem }
  /** Ready to send: six words of the list, perhaps picked from a longer text. */
  | { readonly kind: "good" | "picked" }
  /** The word list is not loaded, or not yet. */
  | { readonly kind: "loading" | "missing" };

/** Checks the field while typing. `at` counts from 1. */
export function adviceOn(input: string, list: WordList): Advice {
  const check = checkPassphrase(input, list);
  if (!check.ok && isAllWrong(check.problem)) return { kind: "problem", problem: check.problem };
  if (list === "missing") return { kind: "missing" };
  const { words, isPicked } = readPassphrase(input, list);
  if (list === "loading") return words.length === 0 ? count(0) : { kind: "loading" };
  if (check.ok) return { kind: isPicked ? "picked" : "good" };
  const unknown = words.findIndex(({ state }) => state === "unknown");
  const mistyped = words[unknown];
  if (mistyped) return { kind: "unknownWord", at: unknown + 1, offered: list.suggestions(mistyped.text) };
  const last = words[words.length - 1];
  if (last?.state !== "open") return count(words.length);
  const completion = list.completion(last.text);
  return {
    kind: "count",
    words: words.length - 1,
    at: words.length,
    offered: completion ? [completion] : [],
  };
}

function isAllWrong(problem: PassphraseProblem): boolean {
  if (problem.kind === "wordCount") return problem.words > WORDS;
  return problem.kind === "link" || problem.kind === "tooLong";
}

const count = (words: number): Advice => ({ kind: "count", words, at: words + 1, offered: [] });
