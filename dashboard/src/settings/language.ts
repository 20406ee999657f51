import { type Language, languages, setLanguage } from "../i18n/i18n.ts";
import { persistedChoice } from "./persisted-choice.ts";

const known = Object.keys(languages) as Language[];
const persisted = persistedChoice("language", known);

/** The first supported language of the browser, in any variant; English if there is none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const primary = wanted.map((tag) => tag.toLowerCase().split(/[-_.@]/)[0]);
  return primary.flatMap((tag) => known.find((each) => each === tag) ?? [])[0] ?? "en";
}

/** Applies the stored language, or else the browser's. */
export function startLanguage(): void {
  apply(persisted.read() ?? preferredLanguage(navigator.languages));
}

/** Changes the language and stores the choice. */
export function chooseLanguage(language: Language): void {
  apply(language);
  persisted.write(language);
}

function apply(language: Language): void {
  setLanguage(language);
  // Screen readers choose their voice by `lang`, and browsers hyphenation and quotes.
  document.documentElement.lang = language;
}
