import { expect, it } from "vitest";
import { APPS, createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { brandApps } from "./brand/branded-apps.ts";

const db = useDatabase();

const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";

/** The language that a page is in, for a reader of these languages. */
async function languageFor(path: string, header: string | undefined): Promise<string | undefined> {
  const headers = header === undefined ? {} : { "accept-language": header };
  const html = await (await createTestApp(db.current).request(path, { headers })).text();
  return /<html lang="([^"]+)"/.exec(html)?.[1];
}

it.each([
  [undefined, "en"],
  ["", "en"],
  ["de", "de"],
  ["de-AT,de;q=0.9,en;q=0.8", "de"],
  ["nl,fr-CA;q=0.7,en;q=0.9", "en"],
  ["nl,fr-CA;q=0.9,en;q=0.7", "fr"],
  ["ja;q=0,da;q=0.1", "da"],
  ["zh-TW", "zh-Hans"],
  ["ar-EG,*;q=0.5", "ar"],
  ["*", "en"],
  ["nl", "en"],
  ["../../etc/passwd, <script>", "en"],
])("a recipient whose browser asks for '%s' gets the page in %s", async (header, language) => {
  expect(await languageFor(LINK, header)).toBe(language);
});

it("a header of more than 1,000 characters is not read", async () => {
  expect(await languageFor(LINK, "de,".padEnd(1000, "x"))).toBe("de");
  expect(await languageFor(LINK, "de,".padEnd(1001, "x"))).toBe("en");
});

it.each([
  ...[
    `/${LINK}`,
    `/%20${LINK.slice(1)}`,
    `/%E2%80%8B${LINK.slice(1)}`,
    LINK.toUpperCase(),
    `/%3C${LINK.slice(1)}%3E`,
  ],
  ...[`/%76${LINK.slice(2)}`, LINK.replace(/\/(?=A)/, "%2F"), `${LINK}%E2`, `/_${LINK.slice(1)}_`],
])(
  "a recipient with a damaged link gets the recipient's page, which no one may index or keep: %s",
  async (path) => {
    const answer = await createTestApp(db.current).request(path, { headers: { "accept-language": "da" } });
    expect(await answer.text()).toContain('<html lang="da"');
    expect(answer.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  },
);

it.each(["/projects/vault_1", "/sign-in?to=/vault_1", "/vault", "/vaults/1"])(
  "a path that is no link has the dashboard: %s",
  async (path) => {
    expect(await languageFor(path, "da")).toBe("en");
  },
);

it("the page in each language has the operator's brand and no path of its own", async () => {
  const brand = { name: "Acme Vault", color: "#7700cc", logo: undefined, recognitionPhrase: "blue heron" };
  const app = createTestApp(db.current, { apps: await brandApps(APPS, brand) });
  const sheets = new Set<string>();
  for (const tag of ["en", "da", "de", "es", "fr", "pt", "ja", "zh", "ar"]) {
    const html = await (await app.request(LINK, { headers: { "accept-language": tag } })).text();
    expect(html).toContain(`<html lang="${tag}`);
    expect(html).toContain(`dir="${tag === "ar" ? "rtl" : "ltr"}"`);
    expect(html).toContain("<title>Acme Vault</title>");
    expect(html).toMatch(/<p class="recognition"[^>]*>blue heron<\/p>/);
    sheets.add(/rel="stylesheet"[^>]* href="([^"]+)"/.exec(html)?.[1] ?? "");
    expect((await app.request(`/reveal/index.${tag}.html`)).status).toBe(404);
  }
  expect(sheets.size).toBe(1);
});

it("the dashboard has one page for all languages", async () => {
  expect(await languageFor("/", "de")).toBe("en");
});
