import address from "@ttl-secrets/api/word-list.txt?url";
import type { WordList } from "./passphrase.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * Number of words in the list (api/src/crypto/passphrase.ts). Any other number means a wrong or truncated response.
 */
const LIST_LENGTH = 7772;

/** In ms. The list is some 20 KB; on a slower connection the recipient types without it meanwhile. */
const LOAD_TIMEOUT = 8_000;

/** Delays in ms before a failed load is retried: doubled after each failure, up to the longest. */
const FIRST_RETRY_DELAY = 1_000;
const LONGEST_RETRY_DELAY = 30_000;

/** A word list that is loading, has loaded, or waits for its next attempt. */
export interface WordListLoader {
  /** Loads the list now if no attempt is under way, instead of after the delay. Does nothing once it has loaded. */
  retry(): void;
}

/**
 * Loads the word list and retries until it succeeds. Calls `use` with "missing" after each failure. Without the list
 * the page works, but can't check words while they are typed.
 */
export function loadWordList(use: (list: WordList) => void): WordListLoader {
  let isDone = false;
  let delay = FIRST_RETRY_DELAY;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function attempt(cache: RequestCache): void {
    waiting = undefined;
    fetchWordList(cache).then(
      (list) => {
        isDone = true;
        use(list);
      },
      () => {
        waiting = setTimeout(retry, delay);
        delay = Math.min(delay * 2, LONGEST_RETRY_DELAY);
        use("missing");
      },
    );
  }

  function retry(): void {
    if (isDone || waiting === undefined) return;
    clearTimeout(waiting);
    // Bypasses the cache, which may hold the sign-in page of a public network in place of the list.
    attempt("reload");
  }

  attempt("default");
  return { retry };
}

/** @throws Error if the list does not arrive in time or is not the word list. */
async function fetchWordList(cache: RequestCache): Promise<Vocabulary> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LOAD_TIMEOUT);
  try {
    const response = await fetch(address, { credentials: "omit", cache, signal: stop.signal });
    const words = (await response.text()).trimEnd().split(/\r?\n/);
    if (words.length !== LIST_LENGTH) throw new Error("not the word list");
    return new Vocabulary(words);
  } finally {
    clearTimeout(timer);
  }
}
