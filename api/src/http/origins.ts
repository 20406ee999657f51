/** Which web origins are ours, and which others may call the API from a page. */
export interface Origins {
  /** Pages that act for the signed-in member: `PUBLIC_URL`, and what `CORS_ORIGINS` names. */
  readonly own: ReadonlySet<string>;
  /** Pages that may read answers across origins: `CORS_ORIGINS`, and `REVEAL_URL` where it is another origin. */
  readonly readers: ReadonlySet<string>;
}

/** Works out the origins from the configuration. On a developer's machine both spellings of this host count. */
export function originsOf(config: {
  publicUrl: string;
  revealUrl: string;
  corsOrigins: readonly string[];
}): Origins {
  const { publicUrl, revealUrl, corsOrigins } = config;
  const { origin, hostname } = new URL(publicUrl);
  const spellings = hostname === "localhost" ? [origin, origin.replace("localhost", "127.0.0.1")] : [origin];
  const readers = new Set(corsOrigins);
  if (new URL(revealUrl).origin !== origin) readers.add(new URL(revealUrl).origin);
  return { own: new Set([...spellings, ...corsOrigins]), readers };
}

/**
 * Whether a browser sent this request from a page that may not act for the signed-in member. Programs send no
 * Origin and have no cookie to abuse. `Sec-Fetch-Site` catches what older rules let through without an Origin.
 */
export function isForeign(headers: Headers, { own }: Origins): boolean {
  const origin = headers.get("origin");
  if (origin !== null) return !own.has(origin);
  const site = headers.get("sec-fetch-site");
  return site !== null && site !== "same-origin" && site !== "none";
}
