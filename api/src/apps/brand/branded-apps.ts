import { html } from "hono/html";
import { type AppFile, type AppFiles, appFile, hashOf } from "../app-file.ts";
import type { AppName, Apps } from "../built-app.ts";
import { type Brand, PRODUCT } from "./brand.ts";
import { brandRules } from "./stylesheet.ts";

/** Path prefix of the brand's files, also on a separate origin of the reveal app. */
export const BRAND_PREFIX = "/brand/";

const ICON = "favicon.svg";

const MEDIA_TYPES = { svg: "image/svg+xml", png: "image/png" } as const;

const PREFIXES: Record<AppName, string> = { dashboard: "/", reveal: "/reveal/" };

/**
 * Writes the operator's name, colour, logo and recognition phrase into the pages and stylesheets of both apps, once, at
 * the start. So the first paint is right, only the logo costs a request, and the policy against inline styles and scripts
 * needs no exception. Nothing here depends on a request.
 */
export async function brandApps(apps: Apps, brand: Brand): Promise<Apps> {
  const colors = brand.color === undefined ? undefined : await colorsOf(brand.color);
  return {
    dashboard: brandApp("dashboard", apps.dashboard, brand, colors),
    reveal: brandApp("reveal", apps.reveal, brand, colors),
    brand: brandFiles(brand),
  };
}

/** Palette of a brand's colour in each scheme, and the apps' own colours around it. */
type Colors = Awaited<ReturnType<typeof colorsOf>>;

async function colorsOf(color: string) {
  // A chunk of its own, because few brands have a colour: culori is 95 kB.
  const { GROUNDS, paletteOf } = await import("./palette.ts");
  return { grounds: GROUNDS, light: paletteOf(color, "light"), dark: paletteOf(color, "dark") };
}

function brandFiles({ logo }: Brand): AppFiles {
  return new Map<string, AppFile>(logo && [[logoName(logo), appFile(logo.bytes)]]);
}

const logoName = ({ bytes, extension }: NonNullable<Brand["logo"]>) =>
  `assets/logo-${hashOf(bytes)}.${extension}`;

function brandApp(app: AppName, built: AppFiles, brand: Brand, colors: Colors | undefined): AppFiles {
  const files = new Map(built);
  const text = (name: string) => {
    const file = files.get(name);
    if (!file) throw new Error(`the ${app} app has no ${name}`);
    return file.bodies.identity.toString();
  };
  const put = (name: string, content: string) => files.set(name, appFile(Buffer.from(content)));

  for (const name of [...built.keys()].filter((file) => file.endsWith(".html"))) {
    const builtPage = text(name);
    let page = builtPage.replaceAll(PRODUCT.name, escapeHtml(brand.name));
    if (colors) {
      const [, sheet = ""] = /<link rel="stylesheet"[^>]* href="\/(?:reveal\/)?([^"]+)"/.exec(page) ?? [];
      const styles = text(sheet) + brandRules(colors);
      const branded = `assets/style-${hashOf(Buffer.from(styles))}.css`;
      if (!files.has(branded)) put(branded, styles);
      page = replaceOne(page, `"${PREFIXES[app]}${sheet}"`, `"${PREFIXES[app]}${branded}"`);
      page = replaceOne(page, `content="${colors.grounds.light.paper}"`, `content="${colors.light.accent}"`);
      page = replaceOne(
        page,
        `content="${colors.grounds.dark.paper}"`,
        `content="${colors.dark.accentSoft}"`,
      );
    }
    page = brandElements(page, app, brand);
    if (page !== builtPage) put(name, page);
  }

  const builtIcon = text(ICON);
  let icon = builtIcon.replaceAll(PRODUCT.name, escapeHtml(brand.name));
  if (colors) icon = icon.replaceAll(PRODUCT.color, colors.light.accent);
  if (icon !== builtIcon) put(ICON, icon);
  return files;
}

/** Writes the brand's logo and recognition phrase, if any, into a page. */
function brandElements(page: string, app: AppName, { logo, recognitionPhrase }: Brand): string {
  let branded = page;
  if (logo) {
    const address = BRAND_PREFIX + logoName(logo);
    const type = MEDIA_TYPES[logo.extension];
    branded = replaceOne(
      branded,
      /<link rel="icon"[^>]*>/,
      `<link rel="icon" type="${type}" href="${address}" />`,
    );
    if (app === "reveal") {
      const image = `<img class="brand-mark" src="${address}" alt="" width="32" height="32" />`;
      branded = replaceOne(branded, /<svg class="brand-mark"[\s\S]*?<\/svg>/, image);
    }
  }
  if (recognitionPhrase) {
    const phrase = escapeHtml(recognitionPhrase);
    const meta = '<meta name="recognition-phrase" content="';
    branded = replaceOne(branded, `${meta}"`, `${meta}${phrase}"`);
    if (app === "reveal") {
      branded = replaceOne(branded, /(?<=<p class="recognition"[^>]*>)(?=<\/p>)/, phrase);
    }
  }
  return branded;
}

/** Replaces `what`, which must be present: otherwise a change of the page could drop the brand unnoticed. */
function replaceOne(page: string, what: string | RegExp, replacement: string): string {
  if (typeof what === "string" ? !page.includes(what) : !what.test(page)) {
    throw new Error(`a page has no place for the brand: ${what}`);
  }
  // A function, because $ has a meaning in a replacement string.
  return page.replace(what, () => replacement);
}

const escapeHtml = (text: string) => String(html`${text}`);
