/** Words in every passphrase. */
export const WORDS = 6;

/** The server refuses more than this; nothing a person was sent comes near it. */
const MAX_LENGTH = 1024;

/** Six of the list's shortest words: fewer letters than this cannot be a passphrase. */
const MIN_LETTERS = 18;

/** Why what was typed is not worth the one attempt. */
export type PassphraseProblem =
  | { readonly kind: "blank" }
  | { readonly kind: "link" }
  | { readonly kind: "tooLong" }
  | { readonly kind: "wordCount"; readonly words: number };

/** What was typed, judged: ready to send in a tidy form, or the reason why not. */
export type PassphraseCheck =
  | { readonly ok: true; readonly passphrase: string }
  | { readonly ok: false; readonly problem: PassphraseProblem };

/**
 * The words in what was typed, as the server will read them: NFKC, lower-case, a–z only. Characters nobody
 * can see (soft hyphens, zero-width joiners, direction marks) do not end a word: mail programs add them.
 */
export function wordsIn(input: string): string[] {
  const plain = input.normalize("NFKC").toLowerCase();
  return plain.replace(/\p{Cf}/gu, "").match(/[a-z]+/g) ?? [];
}

/** True when six words were typed with nothing between them, which the server accepts just as well. */
export function isUnseparated(words: readonly string[]): boolean {
  return words.length === 1 && (words[0]?.length ?? 0) >= MIN_LETTERS;
}

/** True for what is obviously the link: people paste what they copied last. */
export function looksLikeLink(input: string): boolean {
  return /:\/\/|vault_/i.test(input.normalize("NFKC"));
}

/** Decides if what was typed may be sent. A wrong attempt destroys the secret: obvious slips stop here. */
export function checkPassphrase(input: string): PassphraseCheck {
  if (input.trim() === "") return { ok: false, problem: { kind: "blank" } };
  if (looksLikeLink(input)) return { ok: false, problem: { kind: "link" } };
  if (input.length > MAX_LENGTH) return { ok: false, problem: { kind: "tooLong" } };
  const words = wordsIn(input);
  if (words.length === WORDS || isUnseparated(words)) return { ok: true, passphrase: words.join("-") };
  return { ok: false, problem: { kind: "wordCount", words: words.length } };
}
