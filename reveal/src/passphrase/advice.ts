import {
  checkPassphrase,
  type PassphraseProblem,
  readPassphrase,
  WORDS,
  type WordList,
} from "./passphrase.ts";

/** What to say about the words in the field while they are typed. `offered` words would take the place of word `at`. */
export type Advice =
  /** Nothing is wrong so far: so many words of the list are there, and the next may be completed. */
  | {
      readonly kind: "count";
      readonly words: number;
      readonly at: number;
      readonly offered: readonly string[];
    }
  /** A word is not on the list; perhaps one of these was meant. */
  | { readonly kind: "unknownWord"; readonly at: number; readonly offered: readonly string[] }
  /** All of it is wrong. */
  | { readonly kind: "problem"; readonly problem: PassphraseProblem }
  /** It may be sent: six words of the list, perhaps out of a longer text. */
  | { readonly kind: "good" | "picked" }
  /** The list is not there, or not yet. */
  | { readonly kind: "loading" | "missing" };

/** Judges the field while it is typed in. `at` counts from 1, as people do. */
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
