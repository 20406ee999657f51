import type { Context, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { etag } from "hono/etag";
import { getMimeType } from "hono/utils/mime";
import { type AppFile, type AppFiles, ENCODINGS, type Encoding } from "./app-file.ts";

/**
 * Answers with a file, in the smallest encoding that the client takes. Only what is the same for everybody is ever
 * compressed, and it was before anyone asked: an answer that holds a secret beside what a stranger could have put
 * there would tell it by its length (BREACH). So GraphQL's answers never are.
 */
export function sendFile(c: Context, name: string, { bodies, hash }: AppFile): Response {
  const offered = ENCODINGS.filter((encoding) => bodies[encoding]);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: [...offered],
    default: "identity",
    // Ours is the order of preference; theirs, what is refused (q=0).
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

/** What a browser holds already is not sent again. */
export const unlessKnown = etag();

/**
 * Serves an app's files below `prefix`. Those under `assets/` carry a hash in their name and never change. Byte ranges
 * are not offered: there is nothing here that anybody resumes.
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
