import { appFile } from "./app-file.ts";
import type { Apps } from "./built-app.ts";

const PLACE = '<meta name="api-origin" content="';

/**
 * Both apps for a host other than the API's: their pages name the API's origin. The host's Content-Security-Policy must
 * allow that origin in `connect-src`, and the API's `CORS_ORIGINS` or `REVEAL_URL` must name the host.
 *
 * @param origin without a path, such as `https://api.example.com`.
 * @throws Error if a page has no place for it.
 */
export function pointAppsAt(apps: Apps, origin: string): Apps {
  const point = (files: Apps["reveal"]) =>
    new Map(
      [...files].map(([name, file]) => {
        if (!name.endsWith(".html")) return [name, file] as const;
        const page = file.bodies.identity.toString();
        if (!page.includes(`${PLACE}"`)) throw new Error(`${name} has no place for the API's origin`);
        return [name, appFile(Buffer.from(page.replace(`${PLACE}"`, `${PLACE}${origin}"`)))] as const;
      }),
    );
  return { ...apps, dashboard: point(apps.dashboard), reveal: point(apps.reveal) };
}
