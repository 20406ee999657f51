import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StartError } from "../process/start-error.ts";
import { type AppFile, type AppFiles, appFile, SUFFIXES } from "./app-file.ts";

/** The two browser apps, named after their folders. */
export type AppName = "dashboard" | "reveal";

/** Both apps as served, and the files of the operator's brand that both refer to. */
export type Apps = Readonly<Record<AppName | "brand", AppFiles>>;

/** Entry page of an app. */
export const PAGE = "index.html";

/** Folder of a built app. */
export const builtFolder = (app: AppName) => fileURLToPath(new URL(`../../../${app}/dist`, import.meta.url));

/** Both apps as built, without a brand. Throws as `readBuiltApp` does. */
export const readBuiltApps = (): Apps => ({
  dashboard: readBuiltApp("dashboard"),
  reveal: readBuiltApp("reveal"),
  brand: new Map(),
});

/**
 * Reads a built app into memory, a few hundred kilobytes. So no request for a file touches the disk, and no path in a
 * request can reach a file outside the app.
 *
 * @throws StartError, naming the command to run, if the app is not built.
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
    // Reported below.
  }
  throw new StartError(`The ${app} app is not built. Run: pnpm build`);
}
