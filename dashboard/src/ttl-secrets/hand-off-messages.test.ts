import { afterEach, describe, expect, test } from "vitest";
import { type Language, languages, setLanguage } from "../i18n/i18n.ts";
import { linkMessage, passphraseMessage } from "./hand-off-messages.ts";

const link = "https://secrets.example.com/vault_0123456789abcdef/AAAAAAAAAAAAAAAAAAAAAA";
const passphrase = "anchor-banjo-cactus-dolphin-eagle-falcon";
const expiresAt = "2026-03-01T12:00:00.000Z";

afterEach(() => setLanguage("en"));

describe.each(Object.keys(languages) as Language[])("a message in %s", (language) => {
  test("with the link contains the full link, the recognition phrase, and nothing of the passphrase", () => {
    setLanguage(language);
    const text = linkMessage({ link, expiresAt, recognitionPhrase: "blue heron" });
    expect(text.split(/\s/)).toContain(link);
    expect(text).toContain("blue heron");
    for (const word of passphrase.split("-")) expect(text).not.toContain(word);
  });

  test("omits the recognition phrase if the operator set none", () => {
    setLanguage(language);
    expect(linkMessage({ link, expiresAt, recognitionPhrase: "" })).not.toMatch(/[“”„]/);
  });

  test("with the passphrase contains all of it and nothing of the link", () => {
    setLanguage(language);
    const text = passphraseMessage({ passphrase });
    expect(text.split(/\s/)).toContain(passphrase);
    expect(text).not.toMatch(/https?:|vault_|AAAA|example/);
  });
});
