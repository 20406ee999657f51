/**
 * `pnpm export-apps FOLDER`: writes both apps, as this server would serve them, for a static host: with the brand of the
 * environment variables, and with the compressed copies that the examples in `e2e/hosting` look for.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Encoding, SUFFIXES } from "./src/apps/app-file.ts";
import { readBuiltApps } from "./src/apps/built-app.ts";
import { brandApps } from "./src/brand/branded-apps.ts";
import { parseConfig } from "./src/config.ts";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("Say where to: pnpm export-apps FOLDER");

const suffixOf = (encoding: Encoding) => (encoding === "identity" ? "" : SUFFIXES[encoding]);

const apps = brandApps(readBuiltApps(), parseConfig(process.env).brand);
for (const [app, files] of Object.entries(apps)) {
  for (const [name, { bodies }] of files) {
    const path = join(resolve(folder), app, name);
    mkdirSync(dirname(path), { recursive: true });
    for (const [encoding, body] of Object.entries(bodies)) {
      writeFileSync(path + suffixOf(encoding as Encoding), body);
    }
  }
}
