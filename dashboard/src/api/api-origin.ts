import { metaContent } from "../page/meta.ts";

/**
 * Where the API is, for a dashboard that is hosted elsewhere: what `pnpm export-apps` wrote into the page, such as
 * `https://api.example.com`. Empty, the usual case, means the origin this page came from.
 */
export const apiOrigin = (): string => metaContent("api-origin");
