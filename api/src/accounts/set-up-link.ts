import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * The token of the set-up link, which the first sign-up at a public server needs, so that the first stranger can't take
 * the server. Derived from `AUTH_SECRET`: every replica accepts it, and nothing is stored. Worthless once an account exists.
 */
export function setUpToken(authSecret: string): string {
  return createHmac("sha256", authSecret).update("set-up link").digest("base64url").slice(0, 32);
}

/** The link that the server prints. The token is in the fragment, which browsers send to no server. */
export function setUpLink(publicUrl: string, token: string): string {
  return `${publicUrl}/sign-up#${token}`;
}

/** Whether a client sent this token. */
export function isSetUpToken(sent: unknown, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return typeof sent === "string" && timingSafeEqual(digest(sent), digest(token));
}
