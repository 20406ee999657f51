import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { AppFiles } from "./app-file.ts";
import { PAGE } from "./built-app.ts";

const IN_LANGUAGE = /^index\.([\w-]+)\.html$/;

/** The language itself, without script and region: `pt` of `pt-BR`. */
const primary = (tag: string) => tag.toLowerCase().split("-")[0];

/**
 * The name of an app's page in the first of the reader's languages that there is a page in: `index.TAG.html`, or else
 * the English `index.html`. A page chosen so must not be kept by a cache, or be told apart there by Accept-Language.
 */
export function pageInLanguage(c: Context, app: AppFiles): string {
  const names = new Map([["en", PAGE]]);
  for (const name of app.keys()) {
    const [, tag] = IN_LANGUAGE.exec(name) ?? [];
    if (tag) names.set(primary(tag) ?? tag, name);
  }
  return accepts(c, {
    header: "Accept-Language",
    supports: [...names.values()],
    default: PAGE,
    match: (accepted, { default: english }) => {
      // Sorted by what the reader prefers; equals stay in the order in which they were sent.
      const wanted = accepted.filter(({ q }) => q > 0).sort((a, b) => b.q - a.q);
      const spoken = wanted.map(({ type }) => names.get(primary(type) ?? type));
      return spoken.find((name) => name !== undefined) ?? english;
    },
  });
}
