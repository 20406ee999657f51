import { expect, test } from "vitest";
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
