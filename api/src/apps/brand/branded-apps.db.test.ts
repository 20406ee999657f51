import { brotliDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { APPS, createTestApp } from "../../../test/app.ts";
import { useDatabase } from "../../../test/database.ts";
import type { Brand } from "./brand.ts";
import { brandApps } from "./branded-apps.ts";

const db = useDatabase();

const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";
const PLAIN: Brand = { name: "TTL Secrets", color: undefined, logo: undefined, recognitionPhrase: undefined };
const SVG = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`);

async function get(path: string, brand: Partial<Brand>, headers: Record<string, string> = {}) {
  const apps = await brandApps(APPS, { ...PLAIN, ...brand });
  const app = createTestApp(db.current, { apps });
  const answer = await app.request(path, { headers });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

const page = async (path: string, brand: Partial<Brand>) => (await get(path, brand)).body.toString();

describe.each([
  ["the dashboard", "/", "/"],
  ["the recipient's page", LINK, "/reveal/"],
])("%s", (_app, path, prefix) => {
  it("is served as built without a brand", async () => {
    const app = createTestApp(db.current);
    expect(await page(path, {})).toBe(await (await app.request(path)).text());
  });

  it("has the brand's name in each place of the product's name", async () => {
    const html = await page(path, { name: "Acme Vault" });
    expect(html).toContain("<title>Acme Vault</title>");
    expect(html).toContain(`<meta name="application-name" content="Acme Vault" />`);
    expect(html).not.toContain("TTL Secrets");
  });

  it("escapes the operator's texts", async () => {
    const text = `"><script src=x></script>'&$&$1</title>`;
    const html = await page(path, { name: text, recognitionPhrase: text });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain("&quot;&gt;&lt;script src=x&gt;&lt;/script&gt;&#39;&amp;$&amp;$1&lt;/title&gt;");
  });

  it("has the recognition phrase only if one is set", async () => {
    expect(await page(path, { recognitionPhrase: "blue heron" })).toContain(
      `<meta name="recognition-phrase" content="blue heron" />`,
    );
    expect(await page(path, {})).toContain(`<meta name="recognition-phrase" content="" />`);
  });

  it("has the colour in its only stylesheet, whose name differs for each colour", async () => {
    const sheetOf = async (color: string) => {
      const html = await page(path, { color });
      expect(html.match(/rel="stylesheet"/g)).toHaveLength(1);
      expect(html).not.toMatch(/<style|style=/);
      const [, href = ""] = /<link rel="stylesheet"[^>]* href="([^"]+)"/.exec(html) ?? [];
      expect(href.startsWith(`${prefix}assets/`)).toBe(true);
      const { headers, body } = await get(href, { color }, { "accept-encoding": "br" });
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(headers.get("content-type")).toBe("text/css; charset=utf-8");
      return { href, css: brotliDecompressSync(body).toString() };
    };
    const violet = await sheetOf("#7700cc");
    expect(violet.css).toContain("--accent:#7700cc");
    expect(violet.css).toContain("--paper:");
    expect((await sheetOf("#7700cd")).href).not.toBe(violet.href);
    expect(await page(path, { color: "#7700cc" })).toContain(`name="theme-color" content="#7700cc"`);
  });

  it("has the logo as its icon, served under /brand/", async () => {
    const logo = { bytes: SVG, extension: "svg" } as const;
    const html = await page(path, { logo });
    const [, type, href = ""] = /<link rel="icon" type="([^"]+)" href="([^"]+)"/.exec(html) ?? [];
    expect(type).toBe("image/svg+xml");
    expect(href).toMatch(/^\/brand\/assets\/logo-[\w-]{22}\.svg$/);
    const { headers, body } = await get(href, { logo });
    expect(body).toEqual(SVG);
    expect(headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});

it("the recipient's page has phrase and logo in its HTML, before any script", async () => {
  const logo = { bytes: SVG, extension: "svg" } as const;
  const html = await page(LINK, { recognitionPhrase: "blue heron", logo });
  expect(html).toMatch(/<p class="recognition"[^>]*>blue heron<\/p>/);
  expect(html).toMatch(/<img class="brand-mark" src="\/brand\/assets\/logo-/);
  expect(html).not.toContain(`<svg class="brand-mark"`);
});

it("the icon has the brand's colour and name", async () => {
  for (const path of ["/favicon.svg", "/reveal/favicon.svg"]) {
    const icon = (await get(path, { color: "#7700cc", name: "A&B" })).body.toString();
    expect(icon).toContain("#7700cc");
    expect(icon).not.toContain("#0a6560");
    expect(icon).toContain("<title>A&amp;B</title>");
  }
});

it("a logo opened as a page runs nothing, loads nothing, and has an opaque origin", async () => {
  const logo = { bytes: SVG, extension: "svg" } as const;
  const [href = ""] = /\/brand\/[^"]+/.exec(await page("/", { logo })) ?? [];
  const policy = (await get(href, { logo })).headers.get("content-security-policy");
  expect(policy?.split("; ")).toEqual([
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "sandbox",
  ]);
  expect((await get("/brand/assets/logo-none.svg", { logo })).status).toBe(404);
});
