import { type Language, languages, setLanguage } from "../i18n/i18n.ts";
import { persistedChoice } from "./persisted-choice.ts";

const known = Object.keys(languages) as Language[];
const persisted = persistedChoice("language", known);

/** The first of the browser's languages that there is a catalogue for, in whatever variant; otherwise English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const primary = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return primary.flatMap((tag) => known.find((each) => each === tag) ?? [])[0] ?? "en";
}

/** Speaks the language that was chosen here before, or else the browser's own. */
export function startLanguage(): void {
  speak(persisted.read() ?? preferredLanguage(navigator.languages));
}

/** Changes the language, and keeps the choice. */
export function chooseLanguage(language: Language): void {
  speak(language);
  persisted.write(language);
}

function speak(language: Language): void {
  setLanguage(language);
  // Screen readers choose their voice by it, and browsers their hyphens and quotes.
  document.documentElement.lang = language;
}
