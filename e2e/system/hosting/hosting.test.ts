import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../../support/api-process.ts";
import { attempt, openLink, readValue } from "../../support/recipient.ts";
import { createSecret, PASSWORD, useProject } from "../../support/sender.ts";
import { useStack } from "../../support/stack.ts";
import {
  BRAND,
  DAMAGED_LINKS,
  filesOf,
  LINK,
  OUTSIDE,
  open,
  PROXIES,
  postOverHttp2,
  type RunningProxy,
  type Sending,
  send,
} from "./proxies.ts";
import { slowRequests } from "./slow-client.ts";
import { twoPeople } from "./two-people.ts";

/** Headers of every page, file and answer, whichever server sends it. */
const EVERYWHERE = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "DENY",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

const HTML = "text/html; charset=utf-8";
const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";
const HOUR = "public, max-age=3600";
const FOR_EVER = "public, max-age=31536000, immutable";

const MEDIA_TYPES: Record<string, string> = {
  ".html": HTML,
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};

type Rule = [path: string, status: number, type: string, cacheControl: string];

const rules = (paths: string[], status: number, type: string, cacheControl: string): Rule[] =>
  paths.map((path) => [path, status, type, cacheControl]);

/** Every built file below `prefix` in the app's folder, with its media type. */
const builtFiles = (prefix: string, cacheControl: string): Rule[] =>
  [...filesOf("dashboard"), ...filesOf("reveal").map((file) => `reveal/${file}`)]
    .filter((file) => file.replace("reveal/", "").startsWith(prefix))
    .flatMap((file) => rules([`/${file}`], 200, MEDIA_TYPES[extname(file)] ?? "", cacheControl));

/** Rules: path, status, media type, Cache-Control. Pages with `no-store` are links and carry X-Robots-Tag. */
const RULES: Rule[] = [
  ...rules(
    ["/", "/sign-in", "/projects/1", "/projects/1/audit", "/nowhere", "/vault", "/?a=b"],
    200,
    HTML,
    "no-cache",
  ),
  ...rules([LINK, `${LINK}/`, `${LINK}/x`, `${LINK}?a=b`, "/vault_/A", "/vault_1"], 200, HTML, "no-store"),
  ...rules(DAMAGED_LINKS, 200, HTML, "no-store"),
  ...builtFiles("assets/", FOR_EVER),
  ...builtFiles("favicon.svg", HOUR),
  ...rules(
    ["/assets/", "/assets/none.js", "/assets/index", "/reveal/none.js", "/reveal/assets/none.js"],
    404,
    TEXT,
    "no-store",
  ),
  ...rules(["/healthz", "/readyz"], 200, TEXT, "no-store"),
  ...rules(["/api/sign-up"], 200, JSON_TYPE, "no-store"),
  ...rules(["/api/none"], 404, JSON_TYPE, "no-store"),
  ...rules(["/graphql"], 405, JSON_TYPE, "no-store"),
];

/** Headers of the request, the connection or the host, not of the product. */
const OF_THE_HOST = new Set(
  "date connection keep-alive transfer-encoding content-length server alt-svc etag last-modified accept-ranges x-request-id".split(
    " ",
  ),
);

/** The headers that must be the same, with character sets in lower case. A compressing host may add to Vary. */
function productHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers)
    .filter(([name]) => !OF_THE_HOST.has(name))
    .map(([name, value]) => [name, String(value)] as [string, string]);
  const { vary, "content-type": type, ...rest } = Object.fromEntries(kept);
  const others = vary?.split(/,\s*/).filter((name) => name !== "Accept-Encoding");
  return {
    ...rest,
    ...(others?.length && { vary: others.join() }),
    ...(type && { "content-type": type.toLowerCase() }),
  };
}

/** The address of the operator's logo in the page. */
async function logoOf(url: string): Promise<string> {
  const { body } = await send(url);
  const [path = ""] = /\/brand\/assets\/[\w.-]+/.exec(body) ?? [];
  expect(path).not.toBe("");
  return path;
}

async function expectRule(url: string, [path, status, type, cacheControl]: Rule) {
  for (const method of ["GET", "HEAD"]) {
    const answer = await send(url + path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(EVERYWHERE);
    expect(answer.headers["content-type"]?.toLowerCase()).toBe(type);
    expect(answer.headers["cache-control"]).toBe(cacheControl);
    const isLink = type === HTML && cacheControl === "no-store";
    expect(answer.headers["x-robots-tag"]).toBe(isLink ? "noindex, nofollow" : undefined);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    if (method === "HEAD") expect(answer.body).toBe("");
  }
}

describe("the API itself", () => {
  const stack = useStack({ ...BRAND, PUBLIC_URL: "https://localhost:1" });

  it.each(RULES)("%s: %i %s, cached: '%s'", (...rule) => expectRule(stack.current.url, rule));
});

for (const { name, isInstalled, start } of PROXIES) {
  const [https, http] = [await freePort(), await freePort()];
  const url = `https://localhost:${https}`;
  const title = isInstalled
    ? `${name} in front of the API`
    : `${name} in front of the API (skipped: needs ${name} on Linux)`;

  describe.skipIf(!isInstalled)(title, () => {
    const stack = useStack({ ...BRAND, PUBLIC_URL: url, TRUSTED_PROXIES: "127.0.0.1/32" });
    let proxy: RunningProxy;
    beforeAll(async () => {
      proxy = await start({ https, http, api: Number(new URL(stack.current.url).port) });
    });
    afterAll(() => proxy?.stop());

    /** Requests the API itself and through the proxy. */
    const fromBoth = (path: string, sending: Sending = {}) =>
      Promise.all([send(stack.current.url + path, sending), send(url + path, sending)]);

    const graphql = async (query: string, variables: object = {}, sending: Sending = {}) => {
      const headers = { "content-type": "application/json", origin: url, ...sending.headers };
      const body = JSON.stringify({ query, variables });
      const answer = await send(`${url}/graphql`, { ...sending, method: "POST", headers, body });
      const { data, errors } = JSON.parse(answer.body);
      if (errors) throw new Error(answer.body);
      return data;
    };

    /** Creates an account. Returns its session's cookie. */
    const signUp = async (): Promise<string> => {
      const account = { name: "Ada", email: `${randomUUID()}@example.com`, password: PASSWORD };
      const signedUp = await send(`${url}/api/auth/sign-up/email`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: url },
        body: JSON.stringify(account),
      });
      return (signedUp.headers["set-cookie"] ?? []).map((text) => text.replace(/;.*/, "")).join("; ");
    };

    /** Creates a sender with a project and a secret, from the address `from`. */
    const makeSecret = async (sending: Sending = {}) => {
      const headers = { ...sending.headers, cookie: await signUp() };
      const asSender: Sending = { ...sending, headers };
      const { createProject } = await graphql(
        `mutation { createProject(input: { name: "Payments" }) { id } }`,
        {},
        asSender,
      );
      const { createTtlSecret } = await graphql(
        "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } link passphrase } }",
        {
          input: {
            projectId: createProject.id,
            name: "n",
            ttlSeconds: 300,
            content: { value: "value-canary-55" },
          },
        },
        asSender,
      );
      const { link, passphrase } = createTtlSecret as { link: string; passphrase: string };
      const [vaultId = "", token = ""] = new URL(link).pathname.slice(1).split("/");
      const status = async (): Promise<string> => {
        const found = await graphql(
          "query ($id: ID!) { ttlSecrets(projectId: $id) { nodes { status } } }",
          { id: createProject.id },
          asSender,
        );
        return found.ttlSecrets.nodes[0].status;
      };
      const audit = async (): Promise<Record<string, string>> => {
        const query = "query ($id: ID!) { auditEvents(projectId: $id) { nodes { action sourceIp } } }";
        const { auditEvents } = await graphql(query, { id: createProject.id }, asSender);
        const nodes: { action: string; sourceIp: string }[] = auditEvents.nodes;
        return Object.fromEntries(nodes.map(({ action, sourceIp }) => [action, sourceIp]));
      };
      return { link, passphrase, vaultId, token, status, audit };
    };

    const REVEAL = `mutation ($input: RevealTtlSecretInput!) {
      revealTtlSecret(input: $input) { __typename ... on TtlSecretRevealed { value } }
    }`;

    describe("sends the same headers as the API itself", () => {
      it.each(RULES)("%s: %i %s, cached: '%s'", async (...rule) => {
        await expectRule(url, rule);
        const [own, proxied] = await fromBoth(rule[0]);
        expect(productHeaders(proxied.headers)).toEqual(productHeaders(own.headers));
        expect(proxied.body).toBe(own.body);
      });

      it("when it refuses a password", async () => {
        const body = JSON.stringify({ email: "nobody@example.com", password: PASSWORD });
        const headers = { "content-type": "application/json", origin: url };
        const [own, proxied] = await fromBoth("/api/auth/sign-in/email", { method: "POST", headers, body });
        expect(proxied.status).toBe(401);
        expect(productHeaders(proxied.headers)).toEqual(productHeaders(own.headers));
      });
    });

    it("sends pages in full each time, and files only if they changed", async () => {
      const [script] = filesOf("dashboard").filter((file) => file.endsWith(".js"));
      const known = async (path: string) => {
        const { etag, "last-modified": modified } = (await send(url + path)).headers;
        const headers = {
          ...(etag && { "if-none-match": etag }),
          ...(modified && { "if-modified-since": modified }),
        };
        return send(url + path, { headers: { ...headers, range: "bytes=0-9" } });
      };
      expect((await known("/")).status).toBe(200);
      expect((await known(LINK)).status).toBe(200);
      const unchanged = await known(`/${script}`);
      expect(unchanged.status).toBe(304);
      expect(unchanged.headers["cache-control"]).toBe(FOR_EVER);
    });

    it("sends the compressed copies that the build made", async () => {
      const [script = ""] = filesOf("dashboard").filter((file) => file.endsWith(".js"));
      for (const encoding of name === "nginx" ? ["gzip"] : ["gzip", "br"]) {
        for (const path of [`/${script}`, "/", LINK, await logoOf(url)]) {
          const [own, proxied] = await fromBoth(path, { headers: { "accept-encoding": encoding } });
          expect(proxied.headers["content-encoding"]).toBe(encoding);
          expect(proxied.size).toBe(own.size);
          const plain = await send(url + path);
          expect(plain.headers["content-encoding"]).toBeUndefined();
          for (const { headers } of [own, proxied, plain]) expect(headers.vary).toBe("Accept-Encoding");
        }
      }
    });

    it("serves the brand as the API does: in the pages, and as a sandboxed logo", async () => {
      const path = await logoOf(url);
      for (const method of ["GET", "HEAD"]) {
        const [own, proxied] = await fromBoth(path, { method });
        expect(proxied.status).toBe(200);
        expect(proxied.headers["content-security-policy"]).toContain("sandbox");
        expect(proxied.headers["cache-control"]).toBe(FOR_EVER);
        expect(productHeaders(proxied.headers)).toEqual(productHeaders(own.headers));
        expect(proxied.body).toBe(own.body);
      }
      expect((await send(url)).body).toContain("<title>Müller &amp; Söhne</title>");
      expect((await send(url + LINK)).body).toContain("blue heron at noon");
    });

    it("redirects from http to https, without caching", async () => {
      const answer = await send(`http://localhost:${http}${LINK}`);
      expect(answer.status).toBe(308);
      expect(answer.headers.location).toBe(url + LINK);
      expect(answer.headers["cache-control"]).toBe("no-store");
    });

    it.each([
      "//evil.example",
      "//evil.example/..",
      "//evil.example/vault_0/x",
      "/%2Fevil.example",
      "/%5Cevil.example",
      "/\\evil.example",
      "/.//evil.example",
    ])("redirects to no other host: %s", async (target) => {
      const answer = await send(url, { target });
      expect(answer.headers.location ?? "/").toMatch(/^\/(?![/\\])/);
      const plain = await send(`http://localhost:${http}`, { target });
      expect(plain.headers.location ?? `${url}/`).toMatch(new RegExp(`^${url}/`));
    });

    it("serves a whole hand-off in a browser, without a policy violation", async () => {
      const { sender, recipient, complaints } = await twoPeople(stack.current, url);
      await useProject(sender);
      const { link, passphrase } = await createSecret(sender, { value: " byte for byte \n" });
      expect(link.startsWith(`${url}/vault_`)).toBe(true);
      await openLink(recipient, link);
      await attempt(recipient, passphrase);
      expect(await readValue(recipient)).toBe(" byte for byte \n");
      expect(complaints).toEqual([]);
      expect(proxy.logs()).not.toContain(link.split("/").at(-1));
    });

    it("passes the client's address to the audit log, and ignores the client's own headers", async () => {
      const forged = {
        "x-forwarded-for": "203.0.113.66, 127.0.0.1",
        forwarded: "for=203.0.113.67",
        "x-real-ip": "203.0.113.68",
        "x-ttl-secrets-client-ip": "203.0.113.69",
      };
      const { vaultId, token, passphrase, audit } = await makeSecret({ from: "127.0.0.3", headers: forged });
      const input = { vaultId, token, passphrase };
      const { revealTtlSecret } = await graphql(REVEAL, { input }, { from: "127.0.0.2", headers: forged });
      expect(revealTtlSecret).toEqual({ __typename: "TtlSecretRevealed", value: "value-canary-55" });
      expect(await audit()).toEqual({
        temporary_secret_create: "127.0.0.3",
        temporary_secret_viewed: "127.0.0.2",
      });
    });

    it("assigns each request an id, in the answer and in both logs, and ignores the client's", async () => {
      const forged = randomUUID();
      const sending = { from: "127.0.0.4", headers: { "x-request-id": forged } };
      const { headers } = await send(`${url}/api/sign-up`, sending);
      const id = String(headers["x-request-id"]);
      expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
      expect(id).not.toBe(forged);
      const lines = (log: string) => log.split("\n").filter((line) => line.includes(id));
      // Both log after the answer was sent.
      await vi.waitFor(() => expect(lines(stack.current.output())).toHaveLength(1), 10_000);
      const [line = "{}"] = lines(stack.current.output());
      expect(JSON.parse(line)).toMatchObject({ route: "/api/sign-up", address: "127.0.0.4" });
      if (name === "nginx") await vi.waitFor(() => expect(lines(proxy.logs())).toHaveLength(1), 10_000);
      expect(stack.current.output() + proxy.logs()).not.toContain(forged);
    });

    it("consumes nothing by any GET, HEAD or other method on a link", async () => {
      const { link, status } = await makeSecret();
      for (const method of ["GET", "HEAD", "GET", "OPTIONS", "POST", "PUT", "DELETE"]) {
        const answer = await send(link, { method, ...(method === "POST" && { body: "{}" }) });
        if (method === "GET" || method === "HEAD") expect(answer.status).toBe(200);
        else expect([404, 405]).toContain(answer.status);
        expect(answer.headers).toMatchObject(EVERYWHERE);
      }
      expect(await status()).toBe("PENDING");
    });

    const limit = 512 * 1024;
    const documentOf = (bytes: number) =>
      JSON.stringify({ query: `{ ttlSecretAvailable(vaultId: "v", token: "t") }` }).padEnd(bytes);

    // A client that keeps sending while it is refused can see a closed connection, so the first one asks beforehand.
    it.each([
      ["with its length announced", { headers: { expect: "100-continue" } }],
      ["in chunks", { chunked: true }],
    ])("accepts a body of 512 KiB and refuses a longer one, %s", async (_how, sending: Sending) => {
      const headers = { "content-type": "application/json", ...sending.headers, cookie: await signUp() };
      const post = (bytes: number) =>
        send(`${url}/graphql`, { ...sending, method: "POST", headers, body: documentOf(bytes) });
      expect(JSON.parse((await post(limit)).body).data).toEqual({ ttlSecretAvailable: false });
      const refused = await post(limit + 1);
      expect(refused.status).toBe(413);
      expect(refused.headers).toMatchObject(EVERYWHERE);
      expect(refused.headers["cache-control"]).toBe("no-store");
      expect(JSON.parse(refused.body).errors[0].extensions.code).toBe("BAD_USER_INPUT");
    });

    it("accepts a body of 512 KiB and refuses a longer one, over HTTP/2", async () => {
      const cookie = await signUp();
      const taken = await postOverHttp2(`${url}/graphql`, documentOf(limit), { cookie });
      expect(JSON.parse(taken.body).data).toEqual({ ttlSecretAvailable: false });
      for (const bytes of [limit + 1, 2 * limit]) {
        expect((await postOverHttp2(`${url}/graphql`, documentOf(bytes), { cookie })).status).toBe(413);
      }
    });

    it.each([
      "/.env",
      "/.git/config",
      "/%2eenv",
      "/assets/.env",
      "/assets/.git/config",
      "/reveal/.env",
      "/reveal/assets/.git/config",
      "/brand/assets/.git/config",
      "/brand/assets/../../package.json",
      "/package.json",
      "/../package.json",
      "/assets/../package.json",
      "/assets/../../package.json",
      "/assets/%2e%2e/%2e%2e/package.json",
      "/assets/..%2f..%2fpackage.json",
      "/assets..%2fpackage.json",
      "/assets../package.json",
      "/reveal../package.json",
      "/reveal/../package.json",
      "/reveal/..%2fpackage.json",
      "/reveal/%2e%2e%2f%2e%2e%2fpackage.json",
      "/reveal/..%5cpackage.json",
      "/reveal//../../package.json",
      "/reveal/assets/..%252f..%252fpackage.json",
      "/vault_/../../package.json",
      "/vault_..%2f..%2f/package.json",
      "/favicon.svg/../../package.json",
      "/assets/%00/../package.json",
      "//package.json",
      "/dashboard/.env",
      "/reveal/package.json",
      "/brand/",
      "/brand/assets/",
      "/brand/none.svg",
      "/assets/",
      "/assets",
      "/reveal/",
      "/reveal/assets",
      "/reveal/assets/",
    ])("serves no other file of its disk, and no listing: %s", async (target) => {
      const answer = await send(url, { target });
      expect(answer.body).not.toContain(OUTSIDE);
      expect(answer.body).not.toMatch(/index-\w+\.css"?>index|Index of/i);
      expect([200, 301, 307, 308, 400, 404]).toContain(answer.status);
      if (answer.status === 200) expect(answer.headers["content-type"]?.toLowerCase()).toBe(HTML);
    });

    it("logs no token, passphrase or value, wherever the token is sent, and while the API is down", async () => {
      const { link, vaultId, token, passphrase } = await makeSecret();
      const path = `/${vaultId}/${token}`;
      const everyWay: Sending[] = [
        ...[
          path,
          `${path}/`,
          `/${path}`,
          `/.${path}`,
          `/x/..${path}`,
          `/%76${path.slice(2)}`,
          `${path}/x`,
        ].map((target) => ({ target })),
        ...[`/${token}`, `/?${token}`, `/assets/${token}.js`, `/assets/${token}`, `/reveal/${token}`].map(
          (target) => ({ target }),
        ),
        { target: `${path}%zz` },
        { target: `${path}%00` },
        { target: link },
        { headers: { referer: link } },
        { target: path, headers: { referer: link, cookie: `a=${token}`, authorization: `Bearer ${token}` } },
        { target: path, method: "POST", body: "x".repeat(600_000) },
        { target: path, method: "BREW" },
        { target: path, headers: { host: "elsewhere.example" } },
        { target: path, headers: { "x-long": "x".repeat(40_000) } },
        { target: path + "x".repeat(40_000) },
        { target: path, headers: { expect: "nothing" } },
      ];
      const tryAll = async () => {
        // A server may close the connection on some of these; only its logs matter here.
        for (const sending of everyWay) await send(url, sending).catch(() => {});
        await send(`http://localhost:${http}${path}`);
        // A link pasted into a plain-http client at the https port.
        await send(`http://localhost:${https}${path}`).catch(() => {});
      };
      await tryAll();
      const call = { method: "POST", headers: { "content-type": "application/json" } };
      const body = JSON.stringify({ query: REVEAL, variables: { input: { vaultId, token, passphrase } } });
      await stack.current.stop();
      await tryAll();
      const unreachable = await send(`${url}/graphql`, { ...call, body });
      expect(unreachable.status).toBe(502);
      expect(unreachable.headers).toMatchObject({ ...EVERYWHERE, "cache-control": "no-store" });
      expect(() => JSON.parse(unreachable.body)).toThrow();
      expect((await send(url + path)).status).toBe(200);
      await stack.current.start();
      const revealed = await send(`${url}/graphql`, { ...call, body });
      expect(revealed.body).toContain("value-canary-55");

      const logs = proxy.logs();
      // Checks the search itself: what may be logged is found.
      for (const word of ["/graphql", name === "nginx" ? `"link"` : "/vault_", "502"])
        expect(logs).toContain(word);
      for (const secret of [token, passphrase, "value-canary-55"]) {
        expect(logs.split("\n").filter((line) => line.includes(secret))).toEqual([]);
      }
    });
  });

  describe.skipIf(!isInstalled)(`${name} in front of any server`, () => {
    const [httpsPort, httpPort] = [https, http];
    const attempts: string[] = [];
    const streams = new Set<ServerResponse>();
    /** Streams at /api/stream, drops the connection at /graphql, echoes the request's headers elsewhere. */
    const upstream = createServer((request, response) => {
      if (request.url === "/api/stream") {
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: first\n\n");
        streams.add(response);
        response.on("close", () => {
          streams.delete(response);
          attempts.push("stream closed");
        });
        return;
      }
      if (request.url === "/graphql") {
        attempts.push(request.method ?? "");
        request.socket.destroy();
        return;
      }
      response.setHeader("content-type", "application/json");
      request.resume().once("end", () => response.end(JSON.stringify(request.headers)));
    });
    let proxy: RunningProxy;
    beforeAll(async () => {
      upstream.listen(0, "127.0.0.1");
      await once(upstream, "listening");
      proxy = await start({
        https: httpsPort,
        http: httpPort,
        api: (upstream.address() as AddressInfo).port,
      });
    });
    afterAll(async () => {
      await proxy?.stop();
      upstream.close();
    });

    it("forwards an event at once, and closes the stream when the client disconnects", async () => {
      const stream = await open(`${url}/api/stream`);
      const [first] = await once(stream, "data");
      expect(String(first)).toContain("data: first");
      stream.destroy();
      await expect.poll(() => attempts).toContain("stream closed");
    });

    it("serves others and keeps streams while one address holds 1,600 unfinished requests", async () => {
      const from = "127.0.0.2";
      const stream = await open(`${url}/api/stream`, { from });
      await once(stream, "data");
      const begin = (line: string) => `${line} HTTP/1.1\r\nHost: localhost:${https}\r\n`;
      const headers = await slowRequests(https, 800, begin("GET /"));
      const body = begin("POST /api/echo");
      const bodies = await slowRequests(https, 800, `${body}Content-Length: 100000\r\n\r\n{`);
      for (const path of ["/api/echo", "/", LINK]) {
        expect((await send(url + path, { from })).status).toBe(200);
      }
      expect((await send(`${url}/api/echo`, { from, method: "POST", body: "{}" })).status).toBe(200);
      // Headers have a total time limit. So have bodies in Caddy; nginx limits their number.
      await expect.poll(headers.open, { timeout: 60_000 }).toBe(0);
      await expect.poll(bodies.open, { timeout: 60_000 }).toBeLessThanOrEqual(name === "nginx" ? 256 : 0);
      const event = once(stream, "data");
      for (const response of streams) response.write("data: second\n\n");
      expect(String(await event)).toContain("data: second");
      stream.destroy();
      await expect.poll(() => streams.size).toBe(0);
    });

    it("sends a request once, even if the API drops the connection", async () => {
      attempts.length = 0;
      for (const method of ["POST", "POST", "GET"]) {
        const headers = { "content-type": "application/json", "idempotency-key": "1" };
        const answer = await send(`${url}/graphql`, {
          method,
          headers,
          ...(method === "POST" && { body: "{}" }),
        });
        expect(answer.status).toBe(502);
      }
      expect(attempts).toEqual(["POST", "POST", "GET"]);
    });

    it("compresses no answer of the API, which may contain a secret", async () => {
      const headers = { "accept-encoding": "gzip, zstd, br", "x-long": "x".repeat(4000) };
      const answer = await send(`${url}/api/echo`, { headers });
      expect(answer.headers["content-encoding"]).toBeUndefined();
      expect(answer.body).toContain(headers["x-long"]);
    });

    it("drops the trace context of a client", async () => {
      const headers = {
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "canary=1",
        baggage: "canary=1",
      };
      for (const method of ["GET", "POST"]) {
        const { body } = await send(`${url}/api/echo`, { method, headers });
        for (const name of Object.keys(headers)) expect(JSON.parse(body)).not.toHaveProperty(name);
      }
    });

    it("keeps Host, and drops headers in which a client could claim an address", async () => {
      const forged = {
        forwarded: "for=203.0.113.1",
        "x-real-ip": "203.0.113.2",
        "x-forwarded-for": "203.0.113.3",
        "x-forwarded-proto": "gopher",
        "x-forwarded-host": "evil.example",
      };
      const { body } = await send(`${url}/api/echo`, { from: "127.0.0.2", headers: forged });
      const headers = JSON.parse(body);
      expect(headers.host).toBe(`localhost:${https}`);
      expect(headers["x-forwarded-for"]).toMatch(/(^|, )127\.0\.0\.2$/);
      expect(headers["x-forwarded-proto"]).toBe("https");
      expect(headers["x-real-ip"]).toBeUndefined();
      expect(headers.forwarded).toBeUndefined();
      expect(headers["x-forwarded-host"] ?? "").not.toContain("evil");
    });
  });
}
