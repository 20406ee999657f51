import { element } from "../dom.ts";
import { say, spokenLanguage } from "./catalogue.ts";
import { LANGUAGE_TAGS, LANGUAGES, type Language } from "./language.ts";

/** Language menu at the top of the page; each language has its own name. */
export function createLanguageSwitch(choose: (language: Language) => void) {
  const list = element(
    "select",
    { class: "language", translate: "no", autocomplete: "off" },
    ...LANGUAGE_TAGS.map((tag) => element("option", { value: tag, lang: tag }, LANGUAGES[tag])),
  );
  list.addEventListener("change", () => choose(list.value as Language));
  return {
    list,
    /** Updates the label and the selected language. */
    write() {
      list.setAttribute("aria-label", say("language"));
      list.value = spokenLanguage();
    },
  };
}
