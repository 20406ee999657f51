import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import type { Catalogue } from "./src/text/catalogue.ts";
import { directionOf, type Language } from "./src/text/language.ts";

const MESSAGES = new URL("./messages/", import.meta.url);

/**
 * Writes `index.html` in English and `index.TAG.html` in each other language, each with its texts embedded. The server
 * picks one by Accept-Language, so that no language needs a request.
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
  return page.replace(/<html[^>]*>/, opening).replace(/\{\{(\w+)\}\}/g, (placeholder, name) => {
    if (typeof texts[name] !== "string")
      throw new Error(`index.html has an unknown placeholder: ${placeholder}`);
    return texts[name].replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  });
}

export default defineConfig({
  // The API serves the page at /vault_…/… and its files here, apart from the dashboard's /assets/.
  base: "/reveal/",
  plugins: [pageInEachLanguage()],
  // Each language file is one value, not one export per key.
  json: { namedExports: false },
  build: {
    // Recipients use any phone, so the target is older than the dashboard's.
    target: ["es2020", "safari14.1"],
    // The Content-Security-Policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
