import { metaContent } from "../page/meta.ts";

/**
 * Origin of the API if the dashboard is hosted elsewhere, such as `https://api.example.com`; written into the page by
 * `pnpm export-apps`. Empty, the usual case, means the page's own origin.
 */
export const apiOrigin = (): string => metaContent("api-origin");
