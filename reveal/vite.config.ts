import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import type { Catalogue } from "./src/text/catalogue.ts";
import { directionOf, type Language } from "./src/text/language.ts";

const MESSAGES = new URL("./messages/", import.meta.url);

/**
 * Writes `index.html` in English, and beside it `index.TAG.html` in each other language, with that language's texts in
 * it: whoever serves the page picks one by Accept-Language, and no language costs a request.
 */
function pageInEachLanguage(): Plugin {
  return {
    name: "page-in-each-language",
    transformIndexHtml: (page, { server }) => (server ? inLanguage(page, "en") : page),
    writeBundle({ dir }) {
      const page = readFileSync(`${dir}/index.html`, "utf8");
      for (const file of readdirSync(MESSAGES)) {
        const tag = file.replace(".json", "") as Language;
        writeFileSync(`${dir}/${tag === "en" ? "index" : `index.${tag}`}.html`, inLanguage(page, tag));
      }
    },
  };
}

function inLanguage(page: string, tag: Language): string {
  const catalogue = JSON.parse(readFileSync(new URL(`${tag}.json`, MESSAGES), "utf8")) as Catalogue;
  const texts: Record<string, unknown> = {
    ...catalogue.labels,
    messages: JSON.stringify(catalogue),
  };
  const opening = `<html lang="${tag}" dir="${directionOf(tag)}">`;
  return page.replace(/<html[^>]*>/, opening).replace(/\{\{(\w+)\}\}/g, (hole, name) => {
    if (typeof texts[name] !== "string") throw new Error(`index.html has a hole that nothing fills: ${hole}`);
    return texts[name].replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  });
}

export default defineConfig({
  // The API serves this app's page at /vault_…/… and its files here, clear of the dashboard's /assets/.
  base: "/reveal/",
  plugins: [pageInEachLanguage()],
  // Each language's texts are one value, not an export for each of its parts.
  json: { namedExports: false },
  build: {
    // A recipient opens the link on whatever phone is at hand, so older browsers than the dashboard's.
    target: ["es2020", "safari14.1"],
    // The Content-Security-Policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
