/** Names of our cookies, and the headers that carry them. */

const PRODUCT = "ttl-secrets";

/**
 * Prefix of the names of a server's cookies. Browsers share cookies among all ports of a host (RFC 6265 §8.5), so a port
 * other than the scheme's default is part of the name: two servers on one host do not overwrite each other's sessions.
 *
 * `__Host-` (RFC 6265bis §4.1.3.2): no other host, path or plain HTTP can set or shadow the cookie.
 */
export function cookiePrefix(publicUrl: string): string {
  const { protocol, port } = new URL(publicUrl);
  return `${hostPrefix(protocol)}${PRODUCT}${port && `-${port}`}`;
}

/** Whether a request with these headers carries a session of this server, valid or not. */
export function carriesSession(headers: Headers, publicUrl: string): boolean {
  const { port } = new URL(publicUrl);
  const name = `(?:__Host-)?${PRODUCT}${port && `(?:-${port})?`}\\.session_token=`;
  return new RegExp(`(?:^|;)\\s*${name}`).test(headers.get("cookie") ?? "");
}

/**
 * The headers with a session's cookies under their present names. Before the port was part of the name, a server with a
 * port of its own called them as any other server did; such a session stays valid.
 */
export function withPresentCookieNames(headers: Headers, publicUrl: string): Headers {
  const { protocol, port } = new URL(publicUrl);
  const cookies = headers.get("cookie");
  const present = `${cookiePrefix(publicUrl)}.`;
  if (!port || !cookies || cookies.includes(`${present}session_token=`)) return headers;
  const before = `${hostPrefix(protocol)}${PRODUCT}.`;
  const renamed = cookies
    .split(/;\s*/)
    .map((cookie) => (cookie.startsWith(before) ? `${present}${cookie.slice(before.length)}` : cookie));
  const result = new Headers(headers);
  result.set("cookie", renamed.join("; "));
  return result;
}

/**
 * `Set-Cookie` values of a session, followed by the same under the names that the release before reads, where those differ:
 * its replicas then accept the session, too. A later sign-in at another port of the host overwrites these copies only.
 */
export function withPreviousCookieNames(setCookies: string[], publicUrl: string): string[] {
  const { protocol, port } = new URL(publicUrl);
  const present = `${cookiePrefix(publicUrl)}.`;
  if (!port) return setCookies;
  const copies = setCookies
    .filter((cookie) => cookie.startsWith(present))
    .map((cookie) => `${hostPrefix(protocol)}${PRODUCT}.${cookie.slice(present.length)}`);
  return [...setCookies, ...copies];
}

const hostPrefix = (protocol: string) => (protocol === "https:" ? "__Host-" : "");
