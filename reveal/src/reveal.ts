import { AVAILABLE, REVEAL, type TrustedDocument } from "./documents.ts";
import type { Link } from "./link.ts";
import { type CheckOutcome, type RevealOutcome, readAvailability, readReveal } from "./outcome.ts";

/** Asking is cheap to repeat. */
const CHECK_TIMEOUT = 10_000;

/** Giving up on an attempt loses the value for good if it is on its way, so this waits far longer. */
const REVEAL_TIMEOUT = 60_000;

/** Asks whether the secret is there, and for how long. Changes nothing, so it may be asked as often as one likes. */
export async function checkAvailable(link: Link): Promise<CheckOutcome> {
  if (isOffline()) return { kind: "offline" };
  try {
    return readAvailability(await post(AVAILABLE, { ...link }, CHECK_TIMEOUT));
  } catch {
    return isOffline() ? { kind: "offline" } : { kind: "failed" };
  }
}

/**
 * The one attempt. Only `offline` is decided before anything is sent; once the request has started, a network
 * error does not prove that it never arrived.
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
 * Where the API is, for a page that is hosted elsewhere: what `pnpm export-apps` wrote into it, such as
 * `https://api.example.com`. Empty, the usual case, means the origin this page came from.
 */
function apiOrigin(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="api-origin"]')?.content ?? "";
}

/** `onLine` is only worth believing when it says no. */
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
  // AbortSignal.timeout and .any are younger than the oldest browsers this page serves.
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
