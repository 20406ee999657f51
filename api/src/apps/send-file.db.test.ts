import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { readBuiltApp } from "./built-app.ts";

const db = useDatabase();

const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";

const addresses = (app: "dashboard" | "reveal", prefix: string) =>
  [...readBuiltApp(app).keys()].filter((name) => !name.endsWith(".html")).map((name) => prefix + name);

/** Every page and every file of both apps. */
const PATHS = ["/", LINK, ...addresses("dashboard", "/"), ...addresses("reveal", "/reveal/")];

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const answer = await createTestApp(db.current).request(path, { method, headers });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

describe("a page or file of the apps", () => {
  it.each(PATHS)(
    "%s has the same content in every encoding, with its length and cache headers",
    async (path) => {
      const plain = await get(path);
      expect(plain.status).toBe(200);
      expect(plain.headers.get("content-encoding")).toBeNull();
      expect(plain.headers.get("vary")).toBe("Accept-Encoding");
      const tags = new Set([plain.headers.get("etag")]);
      for (const [encoding, decode] of [
        ["br", brotliDecompressSync],
        ["gzip", gunzipSync],
      ] as const) {
        const packed = await get(path, { "accept-encoding": encoding });
        expect(packed.headers.get("content-encoding")).toBe(encoding);
        expect(packed.headers.get("vary")).toBe("Accept-Encoding");
        expect(packed.headers.get("content-type")).toBe(plain.headers.get("content-type"));
        expect(packed.headers.get("cache-control")).toBe(plain.headers.get("cache-control"));
        expect(Number(packed.headers.get("content-length"))).toBe(packed.body.length);
        expect(packed.body.length).toBeLessThan(plain.body.length);
        expect(decode(packed.body)).toEqual(plain.body);
        tags.add(packed.headers.get("etag"));

        const head = await get(path, { "accept-encoding": encoding }, "HEAD");
        expect(head.body).toHaveLength(0);
        for (const { headers } of [head, packed]) headers.delete("x-request-id");
        expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(packed.headers));
      }
      expect(tags.size).toBe(3);
    },
  );

  it.each([
    ["br, gzip", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip;q=1.0, br;q=0.1", "br"],
    ["GZIP", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["br;q=0, *", "gzip"],
    ["*", "br"],
    ["identity", null],
    ["br;q=0, gzip;q=0", null],
    ["*;q=0", null],
    ["zstd, deflate", null],
    ["brotli, gzipped", null],
    ["", null],
  ])("is sent in the smallest encoding that the client takes: '%s' gets %s", async (header, encoding) => {
    const answer = await get("/", { "accept-encoding": header });
    expect(answer.headers.get("content-encoding")).toBe(encoding);
  });

  it("is not sent again to a client that holds it in the same encoding", async () => {
    for (const path of ["/", ...addresses("dashboard", "/")]) {
      const first = await get(path, { "accept-encoding": "br" });
      const etag = first.headers.get("etag") ?? "";
      const again = await get(path, { "accept-encoding": "br", "if-none-match": `"x", W/${etag}` });
      expect(again.status).toBe(304);
      expect(again.body).toHaveLength(0);
      for (const name of ["etag", "vary", "cache-control"]) {
        expect(again.headers.get(name)).toBe(first.headers.get(name));
      }
      expect((await get(path, { "accept-encoding": "gzip", "if-none-match": etag })).status).toBe(200);
    }
  });

  it("is sent whole when a range is asked for", async () => {
    for (const path of PATHS) {
      const { status, headers } = await get(path, { range: "bytes=0-9" });
      expect(status).toBe(200);
      expect(headers.get("content-range")).toBeNull();
    }
  });

  it("serves neither its compressed copy nor a page at a path of its own", async () => {
    const copies = addresses("dashboard", "/").filter((path) => path.startsWith("/assets/"));
    for (const path of [...copies.map((path) => `${path}.br`), "/reveal/index.html", "/reveal/assets/"]) {
      expect((await get(path)).status, path).toBe(404);
    }
  });
});

describe("an answer of the API", () => {
  it("is never compressed: it may hold both a secret and a stranger's text", async () => {
    const app = createTestApp(db.current);
    for (const path of ["/graphql", "/api/sign-up", "/api/none"]) {
      const answer = await app.request(path, {
        method: path === "/graphql" ? "POST" : "GET",
        headers: { "accept-encoding": "br, gzip", "content-type": "application/json" },
        ...(path === "/graphql" && { body: JSON.stringify({ query: `{ viewer { id } }`.padEnd(4000) }) }),
      });
      expect(answer.headers.get("content-encoding")).toBeNull();
    }
  });
});
