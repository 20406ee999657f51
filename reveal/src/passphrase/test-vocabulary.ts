import text from "@ttl-secrets/api/word-list.txt?raw";
import { Vocabulary } from "./vocabulary.ts";

/** The word list, for tests. */
export const LIST: readonly string[] = text.trimEnd().split(/\r?\n/);

/** The word list as the page loads it. */
export const VOCABULARY = new Vocabulary(LIST);
