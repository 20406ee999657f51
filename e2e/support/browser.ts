import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type BrowserServer, chromium } from "playwright-core";

/** How to start a browser on this machine. */
interface BrowserSpec {
  executablePath: string;
  /** Environment variables that the browser needs beyond the usual ones. */
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
 * Finds a browser: `CHROMIUM_PATH`, an installed Chrome or Chromium, or the one in the npm package `@sparticuz/chromium`,
 * unpacked with its libraries into a temporary folder. `remove` deletes that folder.
 */
export async function findBrowser(): Promise<{ spec: BrowserSpec; remove: () => Promise<void> }> {
  const installed = process.env.CHROMIUM_PATH ?? INSTALLED.find((path) => existsSync(path));
  if (installed) return { spec: { executablePath: installed, env: {} }, remove: async () => {} };

  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-browser-"));
  const spec = await unpack(folder);
  return { spec, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }) };
}

/** Unpacks the package into `folder`. It reads its target from TMPDIR and overwrites what is there. */
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
    // NSS and related libraries, which a machine without a desktop lacks. The package unpacks them only in a cloud function.
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

/** A fontconfig file for these folders. The package's own names a cloud function's; without a font, text has no height. */
function fontsIn(...folders: string[]): string {
  const dirs = folders.map((dir) => `<dir>${dir}</dir>`).join("");
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${dirs}</fontconfig>`;
}

/** Starts a headless browser that several workers can connect to. */
export function launchServer({ executablePath, env }: BrowserSpec): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    // No sandbox: root and most containers can't have one, and the browser opens only our pages. The rest keeps the
    // browser from connecting to its vendor.
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
