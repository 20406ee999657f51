import { afterEach, expect, test, vi } from "vitest";
import { formatLocale, setLanguage } from "../i18n/i18n.ts";
import { absoluteTime } from "../ui/relative-time.ts";
import { preferredLanguage } from "./language.ts";

test("picks the first supported language of the browser, in any variant", () => {
  expect(preferredLanguage(["de-AT", "en"])).toBe("de");
  expect(preferredLanguage(["fr", "DE", "en-GB"])).toBe("de");
  expect(preferredLanguage(["en-GB", "de"])).toBe("en");
});

test("falls back to English", () => {
  expect(preferredLanguage(["fr", "da-DK"])).toBe("en");
  expect(preferredLanguage([])).toBe("en");
  expect(preferredLanguage(["deu", "d"])).toBe("en");
});

afterEach(() => {
  vi.unstubAllGlobals();
  setLanguage("en");
});

test.each([
  ["en", ["en-US@posix"], "en-US"],
  ["de", ["de-DE@euro"], "de-DE"],
  ["de", ["de_AT.UTF-8", "en"], "de-AT"],
  ["en", ["C", "POSIX"], "en"],
  ["en", ["en-"], "en"],
  ["en", ["en-GB"], "en-GB"],
  ["de", ["en-GB", "de-x-", "de-CH"], "de-CH"],
  ["en", ["", "*", "fr"], "en"],
] as const)("a browser set to %s with the tags %j formats times as %s", (language, tags, locale) => {
  vi.stubGlobal("navigator", { languages: tags });
  expect(preferredLanguage(tags.filter((tag) => tag.toLowerCase().startsWith(language)))).toBe(language);
  setLanguage(language);
  expect(formatLocale()).toBe(locale);
  expect(absoluteTime(0)).toContain("1970");
});
