import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** The languages there are, each by its own name. */
export const languages = { en: "English", de: "Deutsch" } as const;

/** A language there is a catalogue for. */
export type Language = keyof typeof languages;

/**
 * A text that is put into words each time it is shown, so that a switch of language reaches it too. For texts that
 * are kept in state; whatever is made while rendering is a plain string.
 */
export type Message = () => string;

// Both catalogues come with the page: a few kilobytes, and switching works without the server.
void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: false,
  defaultNS: "dashboard",
  ns: ["dashboard"],
  resources: { en: { dashboard: en }, de: { dashboard: de } },
  interpolation: { escapeValue: false }, // React escapes.
  initAsync: false,
});

/** Puts a text into words, in the language of the moment: called while rendering, never once for all. */
export const t = i18next.t;

/** The language of the moment. Rerenders the component when it changes, which memoised ones need. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language as Language;
}

/** The language of the moment. */
export function currentLanguage(): Language {
  return i18next.language as Language;
}

/**
 * What to format numbers and times by: the language of the texts, because a sentence must not mix two, in the
 * variant the browser asks for, if it does ("en-GB" writes dates another way than "en-US").
 */
export function formatLocale(): string {
  const { language } = i18next;
  return navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
}

/** Changes the language of everything on the page at once; nothing is loaded, nothing typed is lost. */
export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language);
}
