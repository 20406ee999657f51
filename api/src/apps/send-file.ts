import type { Context, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { etag } from "hono/etag";
import { getMimeType } from "hono/utils/mime";
import { type AppFile, type AppFiles, ENCODINGS, type Encoding } from "./app-file.ts";

/**
 * Sends a file in the smallest encoding that the client accepts. Only files, which are the same for every client, are
 * compressed, and in advance. GraphQL responses never are: the length of a compressed response that holds both a secret
 * and an attacker's text reveals the secret (BREACH).
 */
export function sendFile(c: Context, name: string, { bodies, hash }: AppFile): Response {
  const offered = ENCODINGS.filter((encoding) => bodies[encoding]);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: [...offered],
    default: "identity",
    // The server's order of preference decides among the encodings that the client does not refuse (q=0).
    match: (accepted, { supports }) => {
      const quality = (type: string) => accepted.find((each) => each.type.toLowerCase() === type)?.q;
      return supports.find((each) => (quality(each) ?? quality("*") ?? 0) > 0) ?? "identity";
    },
  }) as Encoding;
  const body = bodies[encoding] ?? bodies.identity;
  c.header("Content-Type", getMimeType(name) ?? "application/octet-stream");
  c.header("Content-Length", String(body.length));
  if (offered.length > 1) c.header("Vary", "Accept-Encoding", { append: true });
  if (encoding !== "identity") c.header("Content-Encoding", encoding);
  c.header("ETag", `"${hash}-${encoding}"`);
  return c.body(body);
}

/** Answers 304 if the client's copy is current. */
export const unlessKnown = etag();

/**
 * Serves an app's files below `prefix`. Files under `assets/` have a hash in their name and never change. Byte ranges are
 * not supported: no file is large enough to resume.
 */
export function serveFiles(files: AppFiles, prefix: string): MiddlewareHandler {
  return async (c, next) => {
    const name = c.req.path.slice(prefix.length);
    const file = files.get(name);
    if (!file) return next();
    c.header(
      "Cache-Control",
      name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "public, max-age=3600",
    );
    return sendFile(c, name, file);
  };
}
