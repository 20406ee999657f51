import type { WordList } from "./passphrase/passphrase.ts";
import type { Language } from "./text/language.ts";

/** What the recipient can do on the page. */
export interface Actions {
  /** `list` is the word list that the input was checked against. */
  submit(input: string, list: WordList): void;
  /** The content of the passphrase field changed. */
  edited(): void;
  retry(): void;
  copied(): void;
  saved(): void;
  speak(language: Language): void;
}
