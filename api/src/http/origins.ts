/** The web origins that are ours, and those whose pages may read responses. */
export interface Origins {
  /** Pages that act for the signed-in member: `PUBLIC_URL`, and what `CORS_ORIGINS` names. */
  readonly own: ReadonlySet<string>;
  /** Pages that may read responses across origins: `CORS_ORIGINS`, and `REVEAL_URL` if it is another origin. */
  readonly readers: ReadonlySet<string>;
}

/** The origins of a configuration. `localhost` also allows `127.0.0.1`. */
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
 * Whether a browser sent this request from a page that may not act for the signed-in member. Programs send no Origin, and
 * have no cookie that a page could abuse. `Sec-Fetch-Site` covers browser requests without an Origin.
 */
export function isForeign(headers: Headers, { own }: Origins): boolean {
  const origin = headers.get("origin");
  if (origin !== null) return !own.has(origin);
  const site = headers.get("sec-fetch-site");
  return site !== null && site !== "same-origin" && site !== "none";
}
