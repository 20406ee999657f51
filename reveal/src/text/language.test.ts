import { expect, test } from "vitest";
import { chooseLanguage } from "./language.ts";

test.each([
  [["de-CH", "fr"], "de"],
  [["nl", "fr-CA", "en"], "fr"],
  [["nl-BE"], "en"],
  [["en-GB", "de"], "en"],
  [["zh-TW"], "zh-Hans"],
  [["zh-Hant-HK"], "zh-Hans"],
  [["PT-br"], "pt"],
  [["ar-EG"], "ar"],
  [["dav", "da"], "da"],
  [["de_AT.UTF-8", "fr"], "de"],
  [["da@euro"], "da"],
  [["C", "POSIX"], "en"],
  [[], "en"],
])("the preferred languages %j select %s", (readers, language) => {
  expect(chooseLanguage(readers)).toBe(language);
});
