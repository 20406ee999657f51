import address from "@ttl-secrets/api/word-list.txt?url";
import type { WordList } from "./passphrase.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * Number of words in the list (api/src/crypto/passphrase.ts). Any other number means a wrong or truncated response.
 */
const LIST_LENGTH = 7772;

/** In ms. The list is some 20 KB; on a slower connection the recipient types without it meanwhile. */
const LOAD_TIMEOUT = 8_000;

/** Delay in ms before a failed load is retried. */
const RETRY_DELAY = 10_000;

/**
 * Loads the word list and retries until it succeeds. Calls `use` with "missing" after each failure. Without the list
 * the page works, but can't check words while they are typed.
 */
export function loadWordList(use: (list: WordList) => void): void {
  const attempt = () =>
    fetchWordList().then(use, () => {
      use("missing");
      setTimeout(attempt, RETRY_DELAY);
    });
  void attempt();
}

/** @throws Error if the list does not arrive in time or is not the word list. */
async function fetchWordList(): Promise<Vocabulary> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LOAD_TIMEOUT);
  try {
    const response = await fetch(address, { credentials: "omit", signal: stop.signal });
    const words = (await response.text()).trimEnd().split(/\r?\n/);
    if (words.length !== LIST_LENGTH) throw new Error("not the word list");
    return new Vocabulary(words);
  } finally {
    clearTimeout(timer);
  }
}
