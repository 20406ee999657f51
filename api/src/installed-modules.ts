import { existsSync, readFileSync } from "node:fs";
import module, { type ResolveFnOutput, type ResolveHookContext } from "node:module";
import { fileURLToPath } from "node:url";

/** A file of the package itself, with its ending, and nothing that would have to be decoded. */
const FILE_BESIDE = /^\.{1,2}\/[\w./@-]+\.m?js$/;

/** The folder of an installed package, at the start of the address of one of its files. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

type Format = "module" | "commonjs";

const formats = new Map<string, Format | undefined>();
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
 * What an installed package's import of a file of its own leads to. The answer is Node's.
 *
 * @returns undefined for all that is not quite so simple, and for files that are not there: Node is to answer then.
 */
export function findBeside(
  specifier: string,
  { parentURL = "", conditions }: ResolveHookContext,
): ResolveFnOutput | undefined {
  const [folder] = PACKAGE_FOLDER.exec(parentURL) ?? [];
  if (!folder || !FILE_BESIDE.test(specifier) || !conditions.includes("import")) return undefined;
  const { href: url } = new URL(specifier, parentURL);
  if (PACKAGE_FOLDER.exec(url)?.[0] !== folder) return undefined;
  if (!formats.has(url)) formats.set(url, formatOf(url, folder));
  const format = formats.get(url);
  return format && { url, format, shortCircuit: true };
}

function formatOf(url: string, folder: string): Format | undefined {
  if (!existsSync(fileURLToPath(url))) return undefined;
  if (url.endsWith(".mjs")) return "module";
  const type = typeIn(new URL(".", url).href, folder);
  return type === "module" || type === "commonjs" ? type : undefined;
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
