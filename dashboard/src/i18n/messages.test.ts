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

/** Every text by its full key, such as `ttlSecrets.statuses.viewed`. */
function flat(tree: object, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, string | object]) =>
      typeof value === "string" ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

/** The placeholders and elements of a text, sorted: their order depends on the language. */
const placeholders = (text = "") => (text.match(/\{\{[^}]*\}\}|<\/?\w+>/g) ?? []).sort();

describe.each(others)("%s", (language, catalogue) => {
  test("has the same keys as English", () => {
    expect([...catalogue.keys()].sort()).toEqual([...catalogues.en.keys()].sort());
  });

  test("has the same placeholders as English", () => {
    for (const [key, text] of catalogues.en) {
      expect(placeholders(catalogue.get(key)), key).toEqual(placeholders(text));
    }
  });

  test("translates every sentence", () => {
    // Single words may be the same in two languages; an equal sentence was not translated.
    for (const [key, text] of catalogues.en) {
      if (text.split(" ").length > 3) expect(catalogue.get(key), `${key} in ${language}`).not.toBe(text);
    }
  });
});

test.each(Object.entries(catalogues))("%s has every plural form", (language, catalogue) => {
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

/** Every AST node of every source file, with its path. */
const nodes = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|^gql|\.d\.ts$|^i18n.(en|de)\.ts/.test(path))
  .flatMap((path) => walk(parseSync(path, readFileSync(join(source, path), "utf8")).program, path));

function walk(value: unknown, path: string): { path: string; node: Node }[] {
  if (Array.isArray(value)) return value.flatMap((each) => walk(each, path));
  if (typeof value !== "object" || value === null || !("type" in value)) return [];
  const node = value as Node;
  return [{ path, node }, ...Object.values(node).flatMap((child) => walk(child, path))];
}

test("every text is used in the source", () => {
  const literals = new Set(nodes.flatMap(({ node }) => (node.type === "Literal" ? [node.value] : [])));
  const unused = [...catalogues.en.keys()].filter(
    (key) => !literals.has(key) && !literals.has(key.replace(/_(zero|one|two|few|many|other)$/, "")),
  );
  expect(unused).toEqual([]);
});

test("no component contains untranslated text", () => {
  const readable = /^(label|title|hint|alt|placeholder|aria-(label|description|roledescription|valuetext))$/;
  const own = nodes.flatMap(({ path, node }) => {
    if (node.type === "JSXText") return [`${path}: ${String(node.value).trim()}`];
    const name = (node.name as Node | undefined)?.name;
    const value = (node.value as Node | null | undefined)?.value;
    const isReadable =
      node.type === "JSXAttribute" && readable.test(String(name)) && typeof value === "string";
    return isReadable ? [`${path}: ${value}`] : [];
  });
  expect(own.filter((each) => /: .*\p{L}/u.test(each))).toEqual([]);
});

describe("user input in a text", () => {
  const name = "<b>&amp; {{min}} $t(common.name)";

  test("is inserted unchanged", () => {
    expect(t("ttlSecrets.endedNews.viewed", { name })).toBe(`${name} was viewed.`);
  });

  test("is inserted as text and never as elements", () => {
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

describe("changing the language", () => {
  afterEach(() => setLanguage("en"));

  test("applies to the next text, with its plurals and number format", () => {
    setLanguage("de");
    expect(currentLanguage()).toBe("de");
    expect(t("common.cancel")).toBe("Abbrechen");
    expect(t("projects.pending", { count: 0 })).toBe("Nichts ausstehend");
    expect(t("projects.pending", { count: 1 })).toBe("1 ausstehendes Geheimnis");
    expect(t("projects.pending", { count: 2 })).toBe("2 ausstehende Geheimnisse");
    expect(t("ttlSecrets.valueBytes", { bytes: 60_000, max: 65_536 })).toBe("60.000 von 65.536 Bytes");
  });
});
