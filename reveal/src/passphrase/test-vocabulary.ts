import text from "@ttl-secrets/api/word-list.txt?raw";
import { Vocabulary } from "./vocabulary.ts";

/** The list itself, for tests. */
export const LIST: readonly string[] = text.trimEnd().split("\n");

/** The list as the page has it once it is loaded. */
export const VOCABULARY = new Vocabulary(LIST);
