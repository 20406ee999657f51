/** Supported languages by BCP 47 tag, each with its own name. A new one also needs `messages/TAG.json`. */
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

/** Tag of a supported language. */
export type Language = keyof typeof LANGUAGES;

/** All tags in menu order. */
export const LANGUAGE_TAGS = Object.keys(LANGUAGES) as Language[];

/** Writing direction of a language. */
export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/**
 * The first supported language of the reader, or English. Ignores region and script: any Chinese or Portuguese
 * selects ours.
 */
export function chooseLanguage(readers: readonly string[]): Language {
  const spoken = readers.map((reader) => LANGUAGE_TAGS.find((tag) => primary(tag) === primary(reader)));
  return spoken.find((tag) => tag !== undefined) ?? "en";
}

/** Primary language subtag: `pt` of `pt-BR`, and of POSIX's `pt_BR.UTF-8` or `pt@euro`. */
function primary(tag: string): string | undefined {
  return tag.toLowerCase().split(/[-_.@]/)[0];
}
