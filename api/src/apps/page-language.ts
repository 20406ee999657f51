import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { AppFiles } from "./app-file.ts";
import { PAGE } from "./built-app.ts";

const IN_LANGUAGE = /^index\.([\w-]+)\.html$/;

/**
 * Maximum length of an Accept-Language header, in characters. Browsers send fewer than 200; to sort 15 KB of languages
 * would take five times as long as to send the page.
 */
const MAX_HEADER_LENGTH = 1000;

/** Primary language subtag (RFC 5646): `pt` of `pt-BR`. */
const primary = (tag: string) => tag.toLowerCase().split("-")[0];

/**
 * Name of the page in the most preferred language of the client that the app has: `index.TAG.html`, or the English
 * `index.html`. The response must be uncacheable or vary by Accept-Language.
 */
export function pageInLanguage(c: Context, app: AppFiles): string {
  if ((c.req.header("accept-language")?.length ?? 0) > MAX_HEADER_LENGTH) return PAGE;
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
      // By preference; equal ones stay in the order sent.
      const wanted = accepted.filter(({ q }) => q > 0).sort((a, b) => b.q - a.q);
      const spoken = wanted.map(({ type }) => names.get(primary(type) ?? type));
      return spoken.find((name) => name !== undefined) ?? english;
    },
  });
}
