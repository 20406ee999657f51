import address from "@ttl-secrets/api/word-list.txt?url";
import type { WordList } from "./passphrase.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Words in the list (api/src/crypto/passphrase.ts). Another number: that was not the list, or not all of it. */
const LIST_LENGTH = 7772;

/** Some 20 KB: who has not got them by now types without the list meanwhile. */
const LOAD_TIMEOUT = 8_000;

/** How long to wait before trying again what failed. */
const RETRY_DELAY = 10_000;

/**
 * Loads the words that passphrases are made of, and keeps trying until they are there. `use` is told each time that
 * they are still missing. Nothing depends on the list: without it, words can't be checked while they are typed.
 */
export function loadWordList(use: (list: WordList) => void): void {
  const attempt = () =>
    fetchWordList().then(use, () => {
      use("missing");
      setTimeout(attempt, RETRY_DELAY);
    });
  void attempt();
}

/** @throws Error when the list does not come in time, or is not the list. */
async function fetchWordList(): Promise<Vocabulary> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LOAD_TIMEOUT);
  try {
    const response = await fetch(address, { credentials: "omit", signal: stop.signal });
    const words = (await response.text()).trimEnd().split("\n");
    if (words.length !== LIST_LENGTH) throw new Error("not the word list");
    return new Vocabulary(words);
  } finally {
    clearTimeout(timer);
  }
}
