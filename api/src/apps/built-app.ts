import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StartError } from "../process/start-error.ts";
import { type AppFile, type AppFiles, appFile, SUFFIXES } from "./app-file.ts";

/** The two browser apps, by the name of their folder. */
export type AppName = "dashboard" | "reveal";

/** Both apps as they are served, with the files of the operator's brand, which both refer to. */
export type Apps = Readonly<Record<AppName | "brand", AppFiles>>;

/** The page that an app starts from. */
export const PAGE = "index.html";

/** The folder that `pnpm build` puts an app into. */
export const builtFolder = (app: AppName) => fileURLToPath(new URL(`../../../${app}/dist`, import.meta.url));

/** Both apps as they were built, without a brand. Throws as `readBuiltApp` does. */
export const readBuiltApps = (): Apps => ({
  dashboard: readBuiltApp("dashboard"),
  reveal: readBuiltApp("reveal"),
  brand: new Map(),
});

/**
 * Reads an app, once: with a few hundred kilobytes in memory no request for a file needs the disk, and no path in a
 * request can name one that is not ours.
 *
 * @throws StartError that names the command to run when the app was not built.
 */
export function readBuiltApp(app: AppName): AppFiles {
  const folder = builtFolder(app);
  try {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1));
    const read = (name: string) => readFileSync(`${folder}/${name}`);
    const readFile = (name: string): AppFile => {
      const compressed = Object.entries(SUFFIXES).filter(([, suffix]) => names.includes(name + suffix));
      return appFile(
        read(name),
        Object.fromEntries(compressed.map(([encoding, suffix]) => [encoding, read(name + suffix)])),
      );
    };
    const isOriginal = (name: string) => !Object.values(SUFFIXES).some((suffix) => name.endsWith(suffix));
    const files = new Map(names.filter(isOriginal).map((name) => [name, readFile(name)]));
    if (files.has(PAGE)) return files;
  } catch {
    // Said below, in words for people.
  }
  throw new StartError(`The ${app} app is not built. Run: pnpm build`);
}
