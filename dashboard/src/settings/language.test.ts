import { expect, test } from "vitest";
import { preferredLanguage } from "./language.ts";

test("the first language of the browser that we speak is spoken, in whatever variant", () => {
  expect(preferredLanguage(["de-AT", "en"])).toBe("de");
  expect(preferredLanguage(["fr", "DE", "en-GB"])).toBe("de");
  expect(preferredLanguage(["en-GB", "de"])).toBe("en");
});

test("where we speak none of them, English is", () => {
  expect(preferredLanguage(["fr", "da-DK"])).toBe("en");
  expect(preferredLanguage([])).toBe("en");
  expect(preferredLanguage(["deu", "d"])).toBe("en");
});
