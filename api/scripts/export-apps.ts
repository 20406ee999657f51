/**
 * `pnpm export-apps FOLDER [API_ORIGIN]`: writes both apps, as this server serves them, for a static host: with the brand
 * of the environment variables and with the compressed copies that the examples in `api/ops/hosting` use. Pages for an
 * origin other than the API's get API_ORIGIN.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pointAppsAt } from "../src/apps/api-origin.ts";
import { type Encoding, SUFFIXES } from "../src/apps/app-file.ts";
import { brandApps } from "../src/apps/brand/branded-apps.ts";
import { readBuiltApps } from "../src/apps/built-app.ts";
import { parseConfig } from "../src/config.ts";

const [folder, apiOrigin] = process.argv.slice(2);
if (!folder) throw new Error("Usage: pnpm export-apps FOLDER [API_ORIGIN]");
if (apiOrigin !== undefined && URL.parse(apiOrigin)?.origin !== apiOrigin) {
  throw new Error("API_ORIGIN must be a bare origin such as https://api.example.com");
}

const suffixOf = (encoding: Encoding) => (encoding === "identity" ? "" : SUFFIXES[encoding]);

const branded = await brandApps(readBuiltApps(), parseConfig(process.env).brand);
const apps = apiOrigin === undefined ? branded : pointAppsAt(branded, apiOrigin);
for (const [app, files] of Object.entries(apps)) {
  for (const [name, { bodies }] of files) {
    const path = join(resolve(folder), app, name);
    mkdirSync(dirname(path), { recursive: true });
    for (const [encoding, body] of Object.entries(bodies)) {
      writeFileSync(path + suffixOf(encoding as Encoding), body);
    }
  }
}
