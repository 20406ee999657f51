import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** Supported languages by their own names. */
export const languages = { en: "English", de: "Deutsch" } as const;

/** A supported language. */
export type Language = keyof typeof languages;

/**
 * A text evaluated each time it is rendered, so that it follows a change of language. For texts kept in state;
 * anything computed while rendering is a plain string.
 */
export type Message = () => string;

// Both catalogues are bundled: a few kilobytes, and switching works offline.
void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: false,
  defaultNS: "dashboard",
  ns: ["dashboard"],
  resources: { en: { dashboard: en }, de: { dashboard: de } },
  interpolation: { escapeValue: false }, // React escapes.
  initAsync: false,
});

/** Translates a key into the current language. Call it while rendering, not once at module load. */
export const t = i18next.t;

/** The current language. Rerenders the component when it changes, which memoised components need. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language as Language;
}

/** The current language. */
export function currentLanguage(): Language {
  return i18next.language as Language;
}

/**
 * Locale for numbers and times: the language of the texts, in the browser's regional variant if it has one ("en-GB"
 * formats dates differently from "en-US").
 */
export function formatLocale(): string {
  const { language } = i18next;
  const tags = navigator.languages.flatMap(validTag);
  return tags.find((each) => each.split("-")[0] === language) ?? language;
}

/**
 * The BCP 47 tag of a browser's language, or none. Browsers may pass on what the system has, such as POSIX's
 * `de_DE.UTF-8` or `en-US@posix`, for which `Intl` throws.
 */
function validTag(raw: string): string[] {
  try {
    return Intl.getCanonicalLocales(raw.replace(/[.@].*$/, "").replaceAll("_", "-"));
  } catch {
    return [];
  }
}

/** Changes the language of the whole page at once, without loading anything or losing input. */
export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language);
}
