/** The languages that this page speaks, by their BCP 47 tags, each under the name that its readers look for. */
export const LANGUAGES = {
  en: "English",
  da: "Dansk",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  pt: "Português",
  ja: "日本語",
  "zh-Hans": "简体中文",
  ar: "العربية",
};

/** The tag of a language that this page speaks. */
export type Language = keyof typeof LANGUAGES;

/** All of them, in the order in which they are offered. */
export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as Language[];

/** The side that a language's lines begin on. */
export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/**
 * The first of a reader's languages that this page speaks, or else English. A region or script that we lack is no
 * reason for another language: Chinese is Chinese, Portuguese is Portuguese.
 */
export function chooseLanguage(readers: readonly string[]): Language {
  const spoken = readers.map((reader) => LANGUAGE_TAGS.find((tag) => primary(tag) === primary(reader)));
  return spoken.find((tag) => tag !== undefined) ?? "en";
}

/** The language itself, without script and region: `pt` of `pt-BR`. */
function primary(tag: string): string | undefined {
  return tag.toLowerCase().split("-")[0];
}
