import type { Vocabulary } from "./vocabulary.ts";

/** Words in every passphrase. */
export const WORDS = 6;

/** Maximum length in characters that the server accepts. */
const MAX_LENGTH = 1024;

/** Fewer letters than six of the shortest words can't be a passphrase. */
const MIN_LETTERS = 18;

/** Longer text is not searched for a passphrase. */
const MAX_MESSAGE_LENGTH = 20_000;

/** The word list, or why it is unavailable. */
export type WordList = Vocabulary | "loading" | "missing";

/** A word in the field. `open`: still being typed, and can become a word of the list. */
export interface TypedWord {
  readonly text: string;
  readonly state: "listed" | "unknown" | "open" | "unchecked";
}

/** The words that would be sent. `isPicked`: found in a longer text whose rest is ignored. */
export interface Reading {
  readonly words: readonly TypedWord[];
  readonly isPicked: boolean;
}

/** Why the input can't be sent. */
export type PassphraseProblem =
  | { readonly kind: "blank" }
  | { readonly kind: "link" }
  | { readonly kind: "tooLong" }
  | { readonly kind: "listLoading" }
  | { readonly kind: "wordCount"; readonly words: number }
  /** The word at this position, from 1, is not on the list. */
  | { readonly kind: "unknownWord"; readonly at: number };

/** Checked input: tidied and ready to send, or the reason why not. */
export type PassphraseCheck =
  | { readonly ok: true; readonly passphrase: string }
  | { readonly ok: false; readonly problem: PassphraseProblem };

/**
 * The words of the input as the server reads them: NFKC, lower-case, a–z only. Invisible characters (soft hyphens,
 * zero-width joiners, direction marks) don't end a word, because mail programs insert them.
 */
export function wordsIn(input: string): string[] {
  const plain = normalised(input).toLowerCase();
  return plain.replace(/\p{Cf}/gu, "").match(/[a-z]+/g) ?? [];
}

/** Whether six words may have been typed without separators, which the server accepts as well. */
function isUnseparated(words: readonly string[]): boolean {
  return words.length === 1 && (words[0]?.length ?? 0) >= MIN_LETTERS;
}

/** Whether the input is obviously the link: people paste what they copied last. */
function looksLikeLink(input: string): boolean {
  return /:\/\/|vault_/i.test(normalised(input));
}

/** Reads the field word by word while typing. */
export function readPassphrase(input: string, list: WordList): Reading {
  const typed = wordsIn(input.slice(0, MAX_MESSAGE_LENGTH));
  if (typeof list === "string") {
    return { words: typed.map((text) => ({ text, state: "unchecked" })), isPicked: false };
  }
  if (typed.length !== WORDS) {
    // The server drops separators, so to it these letters are those six words.
    const whole = list.segment(typed.join(""));
    if (whole?.length === WORDS) return { words: whole.map(listed), isPicked: false };
  }
  if (typed.length > WORDS) {
    const picked = pickPassphrase(input, list);
    if (picked) return { words: picked.map(listed), isPicked: true };
  }
  const isOpen = /[a-z]\p{Cf}*$/iu.test(normalised(input));
  // After six words, extra letters at the end of the last are a typo, not the start of a seventh word.
  const mayGrow = (i: number) => isOpen && i === typed.length - 1 && typed.length < WORDS;
  const words = typed.flatMap((letters, i) => list.split(letters, mayGrow(i)));
  return {
    words: words.map((text, i) => {
      if (list.has(text)) return listed(text);
      const isBeingTyped = isOpen && i === words.length - 1 && list.isBeginning(text);
      return { text, state: isBeingTyped ? "open" : "unknown" };
    }),
    isPicked: false,
  };
}

/**
 * NFKC of the start of a text: on a long run of combining marks, the browser would hang. The rest of such a text decides
 * nothing, as it is too long anyway.
 */
const normalised = (text: string) => text.slice(0, MAX_MESSAGE_LENGTH).normalize("NFKC");

/** Decides whether the input may be sent. A wrong attempt destroys the secret, so typos must be caught here. */
export function checkPassphrase(input: string, list: WordList): PassphraseCheck {
  const { words, isPicked } = readPassphrase(input, list);
  const texts = words.map(({ text }) => text);
  const ready: PassphraseCheck = { ok: true, passphrase: texts.join("-") };
  if (isPicked) return ready;
  if (input.trim() === "") return refused({ kind: "blank" });
  if (looksLikeLink(input)) return refused({ kind: "link" });
  if (input.length > MAX_LENGTH) return refused({ kind: "tooLong" });
  if (list === "loading") return refused({ kind: "listLoading" });
  if (list === "missing" && isUnseparated(texts)) return ready;
  if (words.length > WORDS) return refused({ kind: "wordCount", words: words.length });
  const unknown = words.findIndex(({ state }) => state === "unknown");
  if (unknown >= 0) return refused({ kind: "unknownWord", at: unknown + 1 });
  if (words.length < WORDS) return refused({ kind: "wordCount", words: words.length });
  return words[WORDS - 1]?.state === "open" ? refused({ kind: "unknownWord", at: WORDS }) : ready;
}

/**
 * Finds the passphrase in a pasted message: six words of the list that make up a line, follow a colon, or are joined
 * without a space. Null if there is none or more than one, which would be a guess.
 */
function pickPassphrase(message: string, list: Vocabulary): string[] | null {
  if (message.length > MAX_MESSAGE_LENGTH) return null;
  const plain = normalised(message);
  const found = new Map<string, string[]>();
  for (const part of [...plain.split(/[\n\r:]/), ...plain.split(/\s/)]) {
    const letters = wordsIn(part).join("");
    const words = list.segment(letters);
    if (words?.length === WORDS) found.set(letters, words);
  }
  const [only, ...others] = found.values();
  return only && others.length === 0 ? only : null;
}

const listed = (text: string): TypedWord => ({ text, state: "listed" });

const refused = (problem: PassphraseProblem): PassphraseCheck => ({ ok: false, problem });
