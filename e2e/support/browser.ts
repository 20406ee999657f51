import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** How to start a browser on this machine. */
export interface BrowserSpec {
  executablePath: string;
  /** Environment variables it needs beyond the usual ones. */
  env: Record<string, string>;
}

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Finds a browser: the one of CHROMIUM_PATH, an installed Chrome or Chromium, or else the one in the npm package
 * `@sparticuz/chromium`, unpacked with its libraries into a folder of this run's own. `remove` deletes that folder.
 */
export async function findBrowser(): Promise<{ spec: BrowserSpec; remove: () => Promise<void> }> {
  const installed = process.env.CHROMIUM_PATH ?? INSTALLED.find((path) => existsSync(path));
  if (installed) return { spec: { executablePath: installed, env: {} }, remove: async () => {} };

  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-browser-"));
  const spec = await unpack(folder);
  return { spec, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }) };
}

/** The package unpacks into the temporary folder, whatever is there already; so it is given one of its own. */
async function unpack(folder: string): Promise<BrowserSpec> {
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { default: packed, inflate } = await import("@sparticuz/chromium");
    const executablePath = await packed.executablePath();
    const archives = join(
      dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")),
      "..",
      "bin",
    );
    // NSS and its kin, which a machine without a desktop lacks; the package unpacks them only in a cloud function.
    await inflate(join(archives, "al2023.tar.br"));
    const fontConfig = join(folder, "fonts.conf");
    await writeFile(fontConfig, fontsIn(join(folder, "fonts"), "/usr/share/fonts"));
    return {
      executablePath,
      env: { LD_LIBRARY_PATH: join(folder, "al2023", "lib"), FONTCONFIG_FILE: fontConfig },
    };
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }
}

/** The package's own file names folders of a cloud function; a page without a font has no height and no text. */
function fontsIn(...folders: string[]): string {
  const dirs = folders.map((dir) => `<dir>${dir}</dir>`).join("");
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${dirs}</fontconfig>`;
}

/** Starts the browser, headless. */
export function launch({ executablePath, env }: BrowserSpec): Promise<Browser> {
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    // No sandbox: root and most containers can't have one, and it meets no page but ours. The rest keeps the
    // browser from calling home.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // The hosts of the deployment examples.
      "--host-resolver-rules=MAP *.example.com 127.0.0.1",
    ],
  });
}
