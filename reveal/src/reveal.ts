import { AVAILABLE, REVEAL, type TrustedDocument } from "./documents.ts";
import type { Link } from "./link.ts";
import { type CheckOutcome, type RevealOutcome, readAvailability, readReveal } from "./outcome.ts";

/** In ms. A check is cheap to repeat. */
const CHECK_TIMEOUT = 10_000;

/** In ms. Much longer, because giving up on an attempt loses a value that is on its way. */
const REVEAL_TIMEOUT = 60_000;

/** Checks whether the secret is available, and for how long. Changes nothing and can be repeated freely. */
export async function checkAvailable(link: Link): Promise<CheckOutcome> {
  if (isOffline()) return { kind: "offline" };
  try {
    return readAvailability(await post(AVAILABLE, { ...link }, CHECK_TIMEOUT));
  } catch {
    return isOffline() ? { kind: "offline" } : { kind: "failed" };
  }
}

/**
 * Makes the attempt. Only `offline` is decided before anything is sent: once the request has started, a network error
 * does not prove that it never arrived.
 */
export async function revealSecret(
  link: Link,
  passphrase: string,
  left: AbortSignal,
): Promise<RevealOutcome> {
  if (isOffline()) return { kind: "offline" };
  try {
    return readReveal(await post(REVEAL, { input: { ...link, passphrase } }, REVEAL_TIMEOUT, left));
  } catch {
    return { kind: "unknown" };
  }
}

/**
 * Origin of the API if the page is hosted elsewhere, such as `https://api.example.com`; written into the page by
 * `pnpm export-apps`. Empty, the usual case, means the page's own origin.
 */
function apiOrigin(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="api-origin"]')?.content ?? "";
}

/** `onLine` is reliable only when it is false. */
function isOffline(): boolean {
  return navigator.onLine === false;
}

async function post(
  { query, hash }: TrustedDocument,
  variables: object,
  timeout: number,
  left?: AbortSignal,
): Promise<unknown> {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  // AbortSignal.timeout and .any are newer than the oldest supported browsers.
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, timeout);
  left?.addEventListener("abort", abort);
  const origin = apiOrigin();
  try {
    const response = await fetch(`${origin}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query, variables, extensions }),
      mode: origin ? "cors" : "same-origin",
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    return await response.json();
  } finally {
    clearTimeout(timer);
    left?.removeEventListener("abort", abort);
  }
}
