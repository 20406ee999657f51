import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  createKey,
  createSecret,
  createSender,
  deleteProject,
  graphql,
  reveal,
  type Sender,
} from "../../test/factories.ts";
import { CHAIN_START, chainHash } from "../audit/chain.ts";
import { exportEvents } from "../audit/export-events.ts";

vi.setConfig({ testTimeout: 120_000 });

const db = useDatabase();

const get = (app: TestApp, query: string, headers: Record<string, string> = {}) =>
  app.request(`/api/audit-export?${query}`, { headers });

/** Fills a vault's log, in statements that stay well within the limit of their time. */
async function fill({ vaultId, projectId }: Pick<Sender, "vaultId" | "projectId">, count: number) {
  for (let left = count; left > 0; left -= 2500) {
    await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_name)
      SELECT gen_random_uuid(), ${vaultId}, ${projectId}, 'temporary_secret_create', '203.0.113.7', 'ada@example.com',
        rpad('Database password ' || n, 150, '.') FROM generate_series(1, ${Math.min(left, 2500)}::int) AS n`;
  }
}

const memberOf = async ({ vaultId, email }: Sender) => {
  const [row] = await db.current.sql<
    [{ userId: string }]
  >`SELECT user_id AS "userId" FROM members WHERE vault_id = ${vaultId}`;
  return { userId: row.userId, vaultId, email, name: "Ada", role: "owner" as const, vaultName: "" };
};

/** RFC 4180, with every field quoted but empty ones. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith("\r\n")).toBe(true);
  const records: string[][] = [[]];
  for (const [, quoted = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)")?(,|\r\n)/g)) {
    records.at(-1)?.push(quoted.replaceAll('""', '"'));
    if (end === "\r\n") records.push([]);
  }
  return records.slice(0, -1);
}

describe("the export of the audit log", () => {
  it("is JSON Lines: one object per line, in chain order, with sequence and hash", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    for (const name of ["one", "zwei 🗝️"]) await createSecret(app, sender, { name });
    const response = await get(app, "format=jsonl", { cookie: sender.cookie });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/jsonl; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="audit-log.jsonl"');
    expect(response.headers.get("cache-control")).toContain("no-store");
    const lines = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      {
        seq: 1,
        action: "temporary_secret_create",
        ttlSecretName: "one",
        actor: sender.email,
        sourceIp: "127.0.0.1",
      },
      { seq: 2, ttlSecretName: "zwei 🗝️", projectId: sender.projectId },
    ]);
    const [row] = await db.current
      .sql`SELECT encode(head, 'hex') AS head FROM audit_chains WHERE vault_id = ${sender.vaultId}`;
    expect(lines[1].hash).toBe(row?.head);
  });

  it("says why an attempt failed, with the details as they are hashed", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await reveal(app, { ...secret, passphrase: "wrong" });
    await deleteProject(app, sender);
    const response = await get(app, "format=jsonl", { cookie: sender.cookie });
    const lines = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ action, reason, details }) => [action, reason, details])).toEqual([
      ["temporary_secret_create", null, null],
      ["temporary_secret_failed", "wrong_passphrase", '{"reason":"wrong_passphrase"}'],
      ["project_deleted", null, '{"projectName":"Payments","pendingTtlSecretCount":0}'],
    ]);
    // A reader can verify the chain from the export alone.
    const { vaultId } = sender;
    let previous: Buffer = CHAIN_START;
    for (const { hash, sourceIp, at, ...event } of lines) {
      const stored = { at: at.replace("Z", "000Z AD"), sourceIp: `${sourceIp}/32` };
      previous = chainHash(previous, { vaultId, ...event, ...stored });
      expect(previous.toString("hex")).toBe(hash);
    }
  });

  it("is CSV without formula cells, whatever the names of the secrets", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const names = [
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      `=HYPERLINK("https://x.example")`,
      `"quoted", with comma`,
      "plain",
    ];
    for (const name of names) await createSecret(app, sender, { name });
    const odd = ["\t=1", "\r=1", "two\r\nlines"];
    for (const name of odd) {
      await db.current.sql`
        INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, ttl_secret_name)
        VALUES (${randomUUID()}, ${sender.vaultId}, ${sender.projectId}, 'temporary_secret_viewed', '::1', ${name})`;
    }
    const response = await get(app, "format=csv", { cookie: sender.cookie });
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    // Excel reads a CSV without a byte-order mark in the system's own character set.
    const bytes = new Uint8Array(await response.clone().arrayBuffer());
    expect([...bytes.subarray(0, 6)]).toEqual([0xef, 0xbb, 0xbf, ...Buffer.from('"se')]);
    expect([...bytes].lastIndexOf(0xef)).toBe(0);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="audit-log.csv"');
    const [header = [], ...rows] = parseCsv(await response.text());
    expect(header.join()).toBe(
      "seq,at,action,projectId,ttlSecretId,ttlSecretName,actor,sourceIp,id,hash,reason,details",
    );
    const cells = rows.map((row) => row[header.indexOf("ttlSecretName")]);
    expect(cells).toEqual([...names, ...odd].map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)));
    expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  it("takes the filters of the list: project, actions and time; without events it is empty, not an error", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await createSecret(app, sender);
    const ask = (query: string) => get(app, query, { cookie: sender.cookie });
    const lines = async (query: string) =>
      (await (await ask(`format=jsonl&${query}`)).text()).split("\n").length - 1;
    expect(await lines("")).toBe(1);
    expect(
      await lines(
        `projectId=${sender.projectId}&action=temporary_secret_create&action=temporary_secret_viewed`,
      ),
    ).toBe(1);
    expect(await lines("action=temporary_secret_viewed")).toBe(0);
    expect(await lines("from=2090-01-01T00:00:00Z")).toBe(0);
    expect(await lines("to=2020-01-01T00:00:00%2B02:00")).toBe(0);
    expect(parseCsv(await (await ask("format=csv&action=temporary_secret_viewed")).text())).toHaveLength(1);
  });

  it.each([
    ["no format", "", 400, "BAD_USER_INPUT"],
    ["another format", "format=canary", 400, "BAD_USER_INPUT"],
    ["an unknown action", "format=csv&action=canary", 400, "BAD_USER_INPUT"],
    ["a time that is none", "format=csv&from=canary", 400, "BAD_USER_INPUT"],
    [
      "an end before the start",
      "format=csv&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
      400,
      "BAD_USER_INPUT",
    ],
    ["a project that is none", "format=csv&projectId=canary", 404, "NOT_FOUND"],
    ["a project that does not exist", `format=csv&projectId=${randomUUID()}`, 404, "NOT_FOUND"],
  ])("refuses %s and does not repeat it", async (_what, query, status, code) => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    const response = await get(app, query, { cookie });
    const text = await response.text();
    expect({ status: response.status, code: JSON.parse(text).errors[0].extensions.code }).toEqual({
      status,
      code,
    });
    expect(text).not.toContain("canary");
  });

  it("is for the vault's members only: not for strangers, other vaults, API keys or foreign pages", async () => {
    const app = createTestApp(db.current);
    const [sender, stranger] = [await createSender(app), await createSender(app)];
    await createSecret(app, sender);
    const { headers } = await createKey(app, sender);
    const of = `format=jsonl&projectId=${sender.projectId}`;
    const { cookie } = sender;
    expect((await get(app, of)).status).toBe(401);
    expect((await get(app, of, headers)).status).toBe(403);
    expect((await get(app, of, { ...headers, cookie })).status).toBe(400);
    expect((await get(app, of, { cookie, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await get(app, of, { cookie, origin: "https://evil.example" })).status).toBe(403);
    expect((await get(app, of, { cookie: stranger.cookie })).status).toBe(404);
    expect(await (await get(app, "format=jsonl", { cookie: stranger.cookie })).text()).toBe("");
    expect((await get(app, of, { cookie })).status).toBe(200);
    await graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: sender.projectId }, sender);
    expect((await get(app, of, { cookie })).status).toBe(200);
  });

  it("is limited to ten times a minute per member", async () => {
    const authSecret = randomBytes(32).toString("base64");
    const { cookie } = await createSender(createTestApp(db.current, { authSecret }));
    const app = createTestApp(db.current, { authSecret, rateLimitMultiplier: 1 });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      const response = await get(app, "format=csv", { cookie });
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });

  it("reads a batch only after the one before was consumed, and contains what existed when it began", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await fill(sender, 5_500);
    const member = await memberOf(sender);
    const pieces = await exportEvents({ db: db.current }, { member, filter: {}, format: "jsonl" });
    const sizes: number[] = [];
    for await (const piece of pieces) {
      sizes.push(piece.split("\n").length - 1);
      await fill(sender, 10);
    }
    expect(sizes).toEqual([1000, 1000, 1000, 1000, 1000, 500]);
  });

  it("of 20,000 events is complete; the memory it takes is printed", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await fill(sender, 20_000);
    const response = await get(app, "format=csv", { cookie: sender.cookie });
    const before = process.memoryUsage().rss;
    let [bytes, peak, lines] = [0, 0, 0];
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      lines += piece.filter((byte: number) => byte === 10).length;
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    process.stdout.write(
      `exported 20,000 events, ${(bytes / 1e6).toFixed(0)} MB, with ${(peak / 1e6).toFixed(0)} MB more memory\n`,
    );
    expect(lines).toBe(20_001);
  });

  it("that fails midway closes the connection without the end of the body, so that no client mistakes it for complete", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    // More than the buffers between server and client hold.
    await fill(sender, 25_000);
    const { port, close } = await serve(app);
    onTestFinished(close);
    const incoming = await new Promise<IncomingMessage>((resolve) =>
      httpRequest(
        {
          port,
          host: "127.0.0.1",
          path: "/api/audit-export?format=jsonl",
          headers: { cookie: sender.cookie },
        },
        resolve,
      ).end(),
    );
    expect(incoming.statusCode).toBe(200);
    incoming.pause();
    await db.current.sql`ALTER TABLE audit_events RENAME TO audit_events_away`;
    try {
      const [error] = await Promise.all([once(incoming, "error"), incoming.resume()]);
      expect(error).toMatchObject([{ code: "ECONNRESET" }]);
      expect(incoming.complete).toBe(false);
    } finally {
      await db.current.sql`ALTER TABLE audit_events_away RENAME TO audit_events`;
    }
    expect(app.logs.join("")).toContain("audit export aborted");
  });
});

/** The product on a real socket. */
async function serve(app: TestApp) {
  const server = createServer(
    getRequestListener((request) => {
      const { pathname, search } = new URL(request.url);
      return app.request(pathname + search, { headers: request.headers as never });
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" ? address?.port : 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
