import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Trans } from "react-i18next";
import { parseSync } from "vite";
import { afterEach, describe, expect, test } from "vitest";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { currentLanguage, type languages, setLanguage, t } from "./i18n.ts";

const catalogues = { en: flat(en), de: flat(de) } satisfies Record<keyof typeof languages, unknown>;
const others = Object.entries(catalogues).filter(([language]) => language !== "en");

/** Every text by its whole key: `ttlSecrets.statuses.viewed`. */
function flat(tree: object, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, string | object]) =>
      typeof value === "string" ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

/** The values, formats and elements that a text is filled in with, in whatever order its language wants. */
const filledIn = (text = "") => (text.match(/\{\{[^}]*\}\}|<\/?\w+>/g) ?? []).sort();

describe.each(others)("%s", (language, catalogue) => {
  test("has every text and none of its own", () => {
    expect([...catalogue.keys()].sort()).toEqual([...catalogues.en.keys()].sort());
  });

  test("fills in what English fills in", () => {
    for (const [key, text] of catalogues.en) {
      expect(filledIn(catalogue.get(key)), key).toEqual(filledIn(text));
    }
  });

  test("says each thing in words of its own", () => {
    // Some words are the same in two languages; a whole sentence was forgotten.
    for (const [key, text] of catalogues.en) {
      if (text.split(" ").length > 3) expect(catalogue.get(key), `${key} in ${language}`).not.toBe(text);
    }
  });
});

test.each(Object.entries(catalogues))("%s has every form that its numbers need", (language, catalogue) => {
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const counted = [...catalogue.keys()].filter((key) => key.endsWith("_other"));
  expect(counted.length).toBeGreaterThan(0);
  for (const key of counted) {
    for (const form of needed)
      expect(catalogue.has(key.replace(/other$/, form)), `${key}: ${form}`).toBe(true);
  }
});

interface Node {
  type: string;
  [property: string]: unknown;
}

const source = join(import.meta.dirname, "..");

/** Every node of every source file, with the file it is in. */
const nodes = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|^gql|\.d\.ts$|^i18n.(en|de)\.ts/.test(path))
  .flatMap((path) => walk(parseSync(path, readFileSync(join(source, path), "utf8")).program, path));

function walk(value: unknown, path: string): { path: string; node: Node }[] {
  if (Array.isArray(value)) return value.flatMap((each) => walk(each, path));
  if (typeof value !== "object" || value === null || !("type" in value)) return [];
  const node = value as Node;
  return [{ path, node }, ...Object.values(node).flatMap((child) => walk(child, path))];
}

test("every text is used", () => {
  const literals = new Set(nodes.flatMap(({ node }) => (node.type === "Literal" ? [node.value] : [])));
  const unused = [...catalogues.en.keys()].filter(
    (key) => !literals.has(key) && !literals.has(key.replace(/_(zero|one|two|few|many|other)$/, "")),
  );
  expect(unused).toEqual([]);
});

test("no component has a text of its own", () => {
  const spoken = /^(label|title|hint|alt|placeholder|aria-(label|description|roledescription|valuetext))$/;
  const own = nodes.flatMap(({ path, node }) => {
    if (node.type === "JSXText") return [`${path}: ${String(node.value).trim()}`];
    const name = (node.name as Node | undefined)?.name;
    const value = (node.value as Node | null | undefined)?.value;
    const isSpoken = node.type === "JSXAttribute" && spoken.test(String(name)) && typeof value === "string";
    return isSpoken ? [`${path}: ${value}`] : [];
  });
  expect(own.filter((each) => /: .*\p{L}/u.test(each))).toEqual([]);
});

describe("what somebody typed", () => {
  const name = "<b>&amp; {{min}} $t(common.name)";

  test("is filled in as it is", () => {
    expect(t("ttlSecrets.endedNews.viewed", { name })).toBe(`${name} was viewed.`);
  });

  test("is filled in as text and never as elements", () => {
    const props = {
      i18nKey: "projects.deleteName",
      values: { name },
      components: { name: createElement("i") },
    };
    expect(renderToStaticMarkup(createElement(Trans, props as object))).toBe(
      "Project name: <i>&lt;b&gt;&amp;amp; {{min}} $t(common.name)</i>",
    );
  });
});

describe("another language", () => {
  afterEach(() => setLanguage("en"));

  test("is spoken from the next text on, with its own plurals and numbers", () => {
    setLanguage("de");
    expect(currentLanguage()).toBe("de");
    expect(t("common.cancel")).toBe("Abbrechen");
    expect(t("projects.pending", { count: 0 })).toBe("Nichts ausstehend");
    expect(t("projects.pending", { count: 1 })).toBe("1 ausstehendes Geheimnis");
    expect(t("projects.pending", { count: 2 })).toBe("2 ausstehende Geheimnisse");
    expect(t("ttlSecrets.valueBytes", { bytes: 60_000, max: 65_536 })).toBe("60.000 von 65.536 Bytes");
  });
});
