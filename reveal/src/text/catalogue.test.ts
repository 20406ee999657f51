import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "../../messages/en.json";
import type { Catalogue } from "./catalogue.ts";
import { LANGUAGE_TAGS, type Language } from "./language.ts";

const folder = new URL("../../messages/", import.meta.url);
const source = new URL("../", import.meta.url);

const read = (tag: string): Catalogue => JSON.parse(readFileSync(new URL(`${tag}.json`, folder), "utf8"));

/** Every text of a catalogue by its path, such as `screens.asking.next`. The forms of a plural are one entry. */
function textsOf(catalogue: Catalogue): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of Object.entries(catalogue.labels)) {
    texts.set(`labels.${name}`, typeof text === "string" ? [text] : Object.values(text));
  }
  for (const [name, screen] of Object.entries(catalogue.screens)) {
    for (const [part, text] of Object.entries(screen)) texts.set(`screens.${name}.${part}`, [text]);
  }
  return texts;
}

const placeholdersIn = (text: string) =>
  [...text.matchAll(/\{(\w*)\}/g)].map(([placeholder]) => placeholder).sort();

/** Texts that are the same word in English. */
const SAME: Partial<Record<Language, string[]>> = { de: ["labels.field"], fr: ["labels.value"] };

test("there is one catalogue per offered language, and no other", () => {
  expect(readdirSync(folder).sort()).toEqual(LANGUAGE_TAGS.map((tag) => `${tag}.json`).sort());
});

describe.each(LANGUAGE_TAGS)("the texts in %s", (tag) => {
  const texts = textsOf(read(tag));
  const english = textsOf(en);

  test("have the same keys as English", () => {
    expect([...texts.keys()]).toEqual([...english.keys()]);
  });

  test("have the same placeholders as English", () => {
    for (const [name, [original = ""]] of english) {
      for (const text of texts.get(name) ?? [])
        expect(placeholdersIn(text), name).toEqual(placeholdersIn(original));
    }
  });

  test("are not empty and all translated", () => {
    for (const [name, forms] of texts) {
      for (const text of forms) {
        expect(text.trim(), name).toBe(text);
        expect(text, name).not.toBe("");
        const isTranslated = tag === "en" || SAME[tag]?.includes(name) || !english.get(name)?.includes(text);
        expect(isTranslated, `${name} is in English`).toBe(true);
      }
    }
  });

  test("have every plural form of the language", () => {
    const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    for (const text of Object.values(read(tag).labels)) {
      if (typeof text !== "string") expect(Object.keys(text).sort()).toEqual([...categories].sort());
    }
  });
});

test("every label is used", () => {
  const code = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readFileSync(new URL(file, source), "utf8"))
    .join("\n");
  const page = readFileSync(new URL("../index.html", source), "utf8");
  const isUsed = (name: string) => code.includes(`"${name}"`) || page.includes(`{{${name}}}`);
  expect(Object.keys(en.labels).filter((name) => !isUsed(name))).toEqual([]);
});

test("in other languages the hint says that the words are English", () => {
  const ENGLISH = /engl|engel|anglais|ingl|英語|英文|إنجليزية/i;
  for (const tag of LANGUAGE_TAGS) expect(read(tag).labels.hint, tag).toMatch(ENGLISH);
});
