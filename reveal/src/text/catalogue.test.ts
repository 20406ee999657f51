import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "../../messages/en.json";
import type { Catalogue } from "./catalogue.ts";
import { LANGUAGE_TAGS, type Language } from "./language.ts";

const folder = new URL("../../messages/", import.meta.url);
const source = new URL("../", import.meta.url);

const read = (tag: string): Catalogue => JSON.parse(readFileSync(new URL(`${tag}.json`, folder), "utf8"));

/** Every text of a catalogue by its path, such as `screens.asking.next`; a plural's forms are one entry. */
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

const holesIn = (text: string) => [...text.matchAll(/\{(\w*)\}/g)].map(([hole]) => hole).sort();

/** What is the same word in both languages. */
const SAME: Partial<Record<Language, string[]>> = { de: ["labels.field"], fr: ["labels.value"] };

test("there is a catalogue for every language that is offered, and no other", () => {
  expect(readdirSync(folder).sort()).toEqual(LANGUAGE_TAGS.map((tag) => `${tag}.json`).sort());
});

describe.each(LANGUAGE_TAGS)("the texts in %s", (tag) => {
  const texts = textsOf(read(tag));
  const english = textsOf(en);

  test("are those of the English page, no more and no fewer", () => {
    expect([...texts.keys()]).toEqual([...english.keys()]);
  });

  test("have the English ones' holes", () => {
    for (const [name, [original = ""]] of english) {
      for (const text of texts.get(name) ?? []) expect(holesIn(text), name).toEqual(holesIn(original));
    }
  });

  test("say something, and all of it in their own language", () => {
    for (const [name, forms] of texts) {
      for (const text of forms) {
        expect(text.trim(), name).toBe(text);
        expect(text, name).not.toBe("");
        const isTranslated = tag === "en" || SAME[tag]?.includes(name) || !english.get(name)?.includes(text);
        expect(isTranslated, `${name} is in English`).toBe(true);
      }
    }
  });

  test("have a form for each plural that the language has", () => {
    const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    for (const text of Object.values(read(tag).labels)) {
      if (typeof text !== "string") expect(Object.keys(text).sort()).toEqual([...categories].sort());
    }
  });
});

test("every text that is not a screen's is used somewhere", () => {
  const code = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readFileSync(new URL(file, source), "utf8"))
    .join("\n");
  const page = readFileSync(new URL("../index.html", source), "utf8");
  const isUsed = (name: string) => code.includes(`"${name}"`) || page.includes(`{{${name}}}`);
  expect(Object.keys(en.labels).filter((name) => !isUsed(name))).toEqual([]);
});

test("outside English the page says that the words are English", () => {
  const ENGLISH = /engl|engel|anglais|ingl|英語|英文|إنجليزية/i;
  for (const tag of LANGUAGE_TAGS) expect(read(tag).labels.hint, tag).toMatch(ENGLISH);
});
