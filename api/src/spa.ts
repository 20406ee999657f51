import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import type { MiddlewareHandler } from "hono";
import { StartError } from "./start-error.ts";

/** The two browser apps as `pnpm build` leaves them. */
export type Spa = "dashboard" | "reveal";

const distOf = (spa: Spa) => fileURLToPath(new URL(`../../${spa}/dist`, import.meta.url));

/**
 * The page an app starts from, read once.
 *
 * @throws StartError that names the command to run when the app was not built.
 */
export function readPage(spa: Spa): string {
  try {
    return readFileSync(`${distOf(spa)}/index.html`, "utf8");
  } catch {
    throw new StartError(`The ${spa} app is not built. Run: pnpm build`);
  }
}

/** Serves an app's files below `prefix`. Those under `assets/` carry a hash in their name and never change. */
export function serveFiles(spa: Spa, prefix: string): MiddlewareHandler {
  return serveStatic({
    root: distOf(spa),
    rewriteRequestPath: (path) => path.slice(prefix.length),
    onFound: (path, c) => {
      c.header(
        "Cache-Control",
        path.includes("/assets/") ? "public, max-age=31536000, immutable" : "public, max-age=3600",
      );
    },
  });
}
