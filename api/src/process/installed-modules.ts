import { existsSync, readFileSync, statSync } from "node:fs";
import module, { type ResolveFnOutput, type ResolveHookContext } from "node:module";
import { fileURLToPath } from "node:url";

/** A file of the package itself, with its ending, and nothing that would have to be decoded. */
const FILE_BESIDE = /^\.{1,2}\/[\w./@-]+\.m?js$/;

/** The folder of an installed package, at the start of the address of one of its files. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/** The type of each file that is there, by its address, and of each folder. */
const types = new Map<string, unknown>();

/**
 * Lets Node look once for what it looks for each time that a module imports a file of its own package: Node 24 then parses
 * the package's list of exports, which for Drizzle is 179 KB, over 400 times. Half of what a start cost the processor.
 */
export function findInstalledModulesOnce(): void {
  module.registerHooks?.({
    resolve: (specifier, context, next) => findBeside(specifier, context) ?? next(specifier, context),
  });
}

/**
 * What an installed package's import, or `require`, of a file of its own leads to. The answer is Node's.
 *
 * @returns undefined for all that is not quite so simple, and for files that are not there: Node is to answer then.
 */
export function findBeside(
  specifier: string,
  { parentURL = "", conditions }: ResolveHookContext,
): ResolveFnOutput | undefined {
  const [folder] = PACKAGE_FOLDER.exec(parentURL) ?? [];
  if (!folder || !FILE_BESIDE.test(specifier)) return undefined;
  const { href: url } = new URL(specifier, parentURL);
  if (PACKAGE_FOLDER.exec(url)?.[0] !== folder) return undefined;
  if (!types.has(url)) types.set(url, typeOf(url, folder));
  const type = types.get(url);
  if (conditions.includes("require")) {
    // Node says no format for what is required and no module.
    return type === "commonjs" || type === undefined ? { url, shortCircuit: true } : undefined;
  }
  return type === "module" || type === "commonjs" ? { url, format: type, shortCircuit: true } : undefined;
}

/** `module` or `commonjs`, undefined where nothing says which, and null where there is no file. */
function typeOf(url: string, packageFolder: string): unknown {
  if (!statSync(fileURLToPath(url), { throwIfNoEntry: false })?.isFile()) return null;
  return url.endsWith(".mjs") ? "module" : typeIn(new URL(".", url).href, packageFolder);
}

/** The `type` that the nearest package.json gives the modules in a folder: some packages have one for each format. */
function typeIn(folder: string, packageFolder: string): unknown {
  if (!types.has(folder)) {
    const manifest = fileURLToPath(new URL("package.json", folder));
    const isAbove = folder !== packageFolder && !existsSync(manifest);
    types.set(
      folder,
      isAbove
        ? typeIn(new URL("..", folder).href, packageFolder)
        : JSON.parse(readFileSync(manifest, "utf8")).type,
    );
  }
  return types.get(folder);
}
