import { spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createServer } from "node:tls";
import { sql } from "drizzle-orm";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { createTestApp, PUBLIC_URL, type TestApp } from "../../test/app.ts";
import { createDatabase, useDatabase } from "../../test/database.ts";
import {
  auditOf,
  cookiesOf,
  createKey,
  createSecret,
  createSender,
  graphql,
  reveal,
  secretOf,
} from "../../test/factories.ts";
import { lockOwner } from "../accounts/member-store.ts";
import { createApiKey } from "../api-keys/create-api-key.ts";
import { parseConfig } from "../config.ts";
import { connect } from "../db/client.ts";
import { createAccount, disable, enable, resetPassword } from "./accounts.ts";
import { backupAdvice } from "./backup-advice.ts";
import { destroyPending } from "./destroy-pending.ts";
import { certificateFinding } from "./doctor/certificate-checks.ts";
import { serverFindings } from "./doctor/database-checks.ts";
import { doctor } from "./doctor/doctor.ts";
import { readVitals, type Vitals } from "./doctor/doctor-store.ts";
import type { Installation } from "./installation.ts";
import { listVaults } from "./list-vaults.ts";
import { rotateKey } from "./rotate-key.ts";
import { sweepNow } from "./sweep-now.ts";
import { verifyAudit } from "./verify-audit.ts";

// These tests start processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const db = useDatabase();

const KEY = randomBytes(32).toString("base64");

/** Environment of an installation on this suite's database. */
const env = (changes: Record<string, string> = {}) => ({
  DATABASE_URL: db.current.url,
  ENCRYPTION_KEYS: `k1:${KEY}`,
  AUTH_SECRET: randomBytes(32).toString("base64"),
  ...changes,
});

const installation = (keyFile?: string): Installation => ({
  db: db.current,
  config: parseConfig(env()),
  keyFile,
  close: async () => {},
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "ttl-secrets-admin-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const signIn = (app: TestApp, email: string, password: string) =>
  app.request("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json", origin: PUBLIC_URL },
    body: JSON.stringify({ email, password }),
  });

const viewerOf = async (app: TestApp, cookie: string) =>
  (await graphql(app, "{ viewer { email } }", {}, { cookie })).data.viewer;

describe("verify-audit", () => {
  it("accepts its own earlier report as the anchors file, and reports wrong or malformed anchors", async () => {
    const app = createTestApp(db.current);
    const { vaultId } = await createSender(app);
    const path = join(await folder(), "anchors.json");
    await writeFile(path, JSON.stringify((await verifyAudit({ db: db.current }, { vault: vaultId })).json));
    expect(await verifyAudit({ db: db.current }, { vault: vaultId, anchors: path })).toMatchObject({
      hasProblems: false,
    });
    await writeFile(path, JSON.stringify({ vaults: [{ vaultId, length: 9, head: "ab".repeat(32) }] }));
    expect(await verifyAudit({ db: db.current }, { vault: vaultId, anchors: path })).toMatchObject({
      hasProblems: true,
    });
    for (const text of ["", "{}", `{"vaults":[{"vaultId":"v"}]}`]) {
      await writeFile(path, text);
      await expect(verifyAudit({ db: db.current }, { anchors: path })).rejects.toThrow(
        "must be what verify-audit",
      );
    }
  });
});

describe("accounts", () => {
  it("are created with a password that is printed once, can sign in, and leave no session", async () => {
    const app = createTestApp(db.current, { signUp: "closed" });
    const email = `${randomUUID()}@example.com`;
    const { lines, json } = await createAccount(installation(), { email, name: "Grace" });
    const { password } = json as { password: string };
    expect(lines.filter((line) => line.includes(password))).toHaveLength(1);
    expect(
      await db.current
        .sql`SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ${email}`,
    ).toHaveLength(0);
    expect(await viewerOf(app, cookiesOf(await signIn(app, email, password)))).toEqual({ email });
  });

  it("take a password from standard input, and refuse one that is too short or a second account of an address", async () => {
    const app = createTestApp(db.current);
    const email = `${randomUUID()}@example.com`;
    const create = (password: string) =>
      createAccount(installation(), { email, name: "Grace", stdin: Readable.from([password]) });
    await expect(create("short\n")).rejects.toThrow(/password/i);
    const { json, lines } = await create("  a password with spaces \n");
    expect(JSON.stringify([json, lines])).not.toContain("with spaces");
    expect((await signIn(app, email, "  a password with spaces ")).status).toBe(200);
    await expect(create("another long password")).rejects.toThrow(/exists/i);
  });

  it("get a new password, which ends their sessions", async () => {
    const app = createTestApp(db.current);
    const { cookie, email } = await createSender(app);
    const { json } = await resetPassword(installation(), { email });
    expect(await viewerOf(app, cookie)).toBeNull();
    expect((await signIn(app, email, "correct horse battery")).status).toBe(401);
    expect((await signIn(app, email, (json as { password: string }).password)).status).toBe(200);
    await expect(resetPassword(installation(), { email, stdin: Readable.from(["short"]) })).rejects.toThrow(
      "12 to 128",
    );
    await expect(resetPassword(installation(), { email: "nobody@example.com" })).rejects.toThrow(
      "no account",
    );
  });

  it("lose sessions, sign-in and API keys when disabled, while secrets they sent can still be opened", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    const { headers } = await createKey(app, sender);
    const { json } = await disable(installation(), { email: sender.email.toUpperCase() });
    expect(json).toMatchObject({ revokedApiKeys: 1 });
    expect(await viewerOf(app, sender.cookie)).toBeNull();
    const refused = await signIn(app, sender.email, "correct horse battery");
    expect({ status: refused.status, ...((await refused.json()) as object) }).toMatchObject({
      status: 403,
      code: "ACCOUNT_DISABLED",
    });
    expect((await signIn(app, sender.email, "a wrong password")).status).toBe(401);
    const byKey = await graphql(app, "{ projects { nodes { id } } }", {}, { headers });
    expect(byKey.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    expect(await reveal(app, secret)).toEqual({ __typename: "TtlSecretRevealed", value: "hunter2" });

    await enable(installation(), { email: sender.email });
    expect((await signIn(app, sender.email, "correct horse battery")).status).toBe(200);
  });

  it("that are disabled get no session from a sign-in in progress", async () => {
    const app = createTestApp(db.current);
    const { email } = await createSender(app);
    const [user] = await db.current.sql`SELECT id FROM users WHERE email = ${email}`;
    await disable(installation(), { email });
    await expect(
      db.current
        .sql`INSERT INTO sessions (id, token, user_id, expires_at) VALUES ('s', 't', ${user?.id}, now() + interval '1 day')`,
    ).rejects.toMatchObject({ code: "42501" });
  });
});

describe("an API key in creation", () => {
  /** An owner whose request was authorized, and the API key that it is about to store. */
  async function creation() {
    const app = createTestApp(db.current);
    const { email, cookie, vaultId } = await createSender(app);
    const [row] = await db.current.sql<[{ userId: string }]>`
      SELECT user_id AS "userId" FROM members WHERE vault_id = ${vaultId}`;
    const owner = { userId: row.userId, vaultId, email, name: "", vaultName: "", role: "owner" as const };
    const input = { owner, name: "Late bot", scopes: ["ttl-secrets:read" as const], projectIds: null };
    return {
      app,
      owner,
      cookie,
      create: () => createApiKey({ db: db.current }, { ...input, expiresInDays: 1 }),
    };
  }

  const keysOf = (vaultId: string) =>
    db.current.sql`SELECT revoked_at IS NOT NULL AS revoked FROM api_keys WHERE vault_id = ${vaultId}`;

  it.each([
    ["account is disabled", (email: string) => disable(installation(), { email })],
    [
      "membership ends",
      (email: string) =>
        db.current.sql`DELETE FROM members USING users WHERE users.id = user_id AND email = ${email}`,
    ],
    [
      "role is taken away",
      (email: string) => db.current.sql`
        UPDATE members SET role = 'member' FROM users WHERE users.id = user_id AND email = ${email}`,
    ],
  ])("is not stored when its owner's %s first", async (_what, takeAway) => {
    const { owner, create } = await creation();
    await takeAway(owner.email);
    await expect(create()).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await keysOf(owner.vaultId)).toEqual([]);
  });

  it("is revoked with the others when it is stored just before its owner's account is disabled", async () => {
    const { owner } = await creation();
    let disabling: Promise<unknown> | undefined;
    await db.current.orm.transaction(async (tx) => {
      expect(await lockOwner(tx, owner)).toBe(true);
      await tx.execute(sql`
        INSERT INTO api_keys (id, vault_id, name, key_hash, scopes, created_by, expires_at)
        VALUES (gen_random_uuid(), ${owner.vaultId}, 'Late bot', sha256('x'), '{ttl-secrets:read}', ${owner.email},
          now() + interval '1 day')`);
      disabling = disable(installation(), { email: owner.email });
      const [name] = await db.current.sql`SELECT current_database() AS name`;
      await expect
        .poll(
          () => db.current.sql`
            SELECT 1 FROM pg_stat_activity WHERE datname = ${name?.name} AND wait_event_type = 'Lock'`,
          { timeout: 60_000 },
        )
        .toHaveLength(1);
    });
    await disabling;
    expect(await keysOf(owner.vaultId)).toEqual([{ revoked: true }]);
  });
});

describe("secrets", () => {
  it("are destroyed while pending, each with its audit event", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    const { json } = await destroyPending({ db: db.current }, {});
    expect((json as { destroyed: number }).destroyed).toBeGreaterThanOrEqual(1);
    expect(await secretOf(app, sender, secret.id)).toMatchObject({
      status: "DESTROYED",
      destroyedReason: "INTERRUPTED",
    });
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({
      action: "temporary_secret_failed",
      actor: "pnpm admin",
      reason: "destroyed_by_operator",
    });
    expect(await reveal(app, secret)).toMatchObject({ __typename: "TtlSecretNotAvailable" });
    expect(await destroyPending({ db: db.current }, { strays: true })).toMatchObject({
      json: { destroyed: 0 },
    });
  });

  it("are swept when they have expired", async () => {
    const app = createTestApp(db.current);
    const secret = await createSecret(app, await createSender(app));
    await db.current.sql`
      UPDATE ttl_secret_payloads SET expires_at = now() - interval '1 s' WHERE secret_id = ${secret.id}`;
    expect((await sweepNow(installation())).json).toMatchObject({ expired: 1 });
  });

  it("are counted per vault, with its members", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await createSecret(app, sender);
    const { json, lines } = await listVaults({ db: db.current });
    expect(
      (json as { vaults: { id: string }[] }).vaults.find(({ id }) => id === sender.vaultId),
    ).toMatchObject({
      members: [{ email: sender.email, role: "owner", disabled: false }],
      projects: 1,
      pendingSecrets: 1,
      auditEvents: 1,
    });
    expect(lines.join("\n")).toContain(sender.email);
  });
});

describe("rotate-key", () => {
  it("puts a new key first in the file, and prints only kids", async () => {
    const path = join(await folder(), "keys");
    await writeFile(path, `k1:${KEY}\n`, { mode: 0o600 });
    const { lines, json } = await rotateKey(installation(path));
    expect(json).toMatchObject({ added: [expect.any(String)], kept: ["k1"], missing: [] });
    expect(JSON.stringify([lines, json])).not.toContain(KEY);
  });

  it.runIf(process.getuid?.() === 0)(
    "run as root keeps the owner of the key file and its lock, and gives new ones the folder's owner",
    async () => {
      // Pending secrets of other tests need keys that a new file does not have.
      await destroyPending({ db: db.current }, {});
      const owner = { uid: 4242, gid: 4243 };
      const ownerOf = async (path: string) => {
        const { uid, gid, mode } = await stat(path);
        return { uid, gid, mode: (mode & 0o777).toString(8) };
      };
      const kept = join(await folder(), "keys");
      await writeFile(kept, `k1:${KEY}\n`, { mode: 0o600 });
      await chown(kept, owner.uid, owner.gid);
      const home = await folder();
      await chown(home, owner.uid, owner.gid);
      for (const path of [kept, join(home, "keys")]) {
        await rotateKey(installation(path));
        for (const file of [path, `${path}.lock`]) {
          expect(await ownerOf(file), file).toEqual({ ...owner, mode: "600" });
        }
      }
    },
  );

  it("says what to do when the keys come from the environment", async () => {
    await expect(rotateKey(installation())).rejects.toThrow("ENCRYPTION_KEYS_FILE");
  });
});

describe("backup-advice", () => {
  const adviceOn = async (settings: Record<string, string>) => {
    const { lines, json } = await backupAdvice(parseConfig(settings));
    const { backUp, ...rest } = json as { embedded: boolean; backUp: { what: string; where: string }[] };
    return { ...rest, text: lines.join("\n"), where: backUp.map(({ where }) => where) };
  };

  it("for an external PostgreSQL: separates database and key ring, and destroys pending secrets on restore", async () => {
    const keyFile = join(await folder(), "keys");
    const { DATABASE_URL = "", AUTH_SECRET = "" } = env();
    const advice = await adviceOn({ DATABASE_URL, AUTH_SECRET, ENCRYPTION_KEYS_FILE: keyFile });
    expect(advice.embedded).toBe(false);
    expect(advice.where).toEqual([
      "DATABASE_URL",
      keyFile,
      "AUTH_SECRET",
      `${keyFile}.last-seen`,
      "the output of: pnpm admin verify-audit --json",
    ]);
    for (const words of ["pg_dump", "pg_restore", "pnpm admin destroy-pending", "48 hours"]) {
      expect(advice.text).toContain(words);
    }
  });

  it("with keys in the environment: warns that database files put back are not detected", async () => {
    const advice = await adviceOn(env());
    expect(advice.where).toContain("ENCRYPTION_KEYS");
    expect(advice.text).toContain("set ENCRYPTION_KEYS_FILE");
  });

  it("for the embedded database: names its folder, wherever it is, without the keys next to it", async () => {
    const dataDir = await folder();
    const inPlace = await adviceOn({ DATA_DIR: dataDir });
    expect(inPlace.embedded).toBe(true);
    expect(inPlace.where.slice(0, 4)).toEqual(
      ["postgres", "encryption-keys", "keys.json", "encryption-keys.last-seen"].map((name) =>
        join(dataDir, name),
      ),
    );
    const elsewhere = await folder();
    await mkdir(join(elsewhere, "postgres", "cluster"), { recursive: true });
    await symlink(elsewhere, join(dataDir, "database-folder"));
    expect((await adviceOn({ DATA_DIR: dataDir })).where[0]).toBe(join(elsewhere, "postgres"));
  });
});

describe("doctor", () => {
  const examine = async (settings: Record<string, string> = env()) => {
    const result = await doctor(
      () => parseConfig(settings),
      () => {},
    );
    const { findings } = result.json as {
      findings: { check: string; level: string; text: string; todo?: string }[];
    };
    const text = result.lines.join("\n");
    for (const secret of [KEY, settings.AUTH_SECRET || KEY]) expect(text).not.toContain(secret);
    // Each finding that is not ok says what to do.
    expect(findings.filter(({ level, todo }) => level !== "ok" && !todo)).toEqual([]);
    return {
      ...result,
      levelOf: (check: string) =>
        findings.filter((finding) => finding.check === check).map(({ level }) => level),
    };
  };

  it("reports a missing key, a late sweep and secrets from before a restore", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await destroyPending({ db: db.current }, {});
    const before = await examine();
    expect(before.levelOf("encryption keys")).toEqual(["ok"]);
    expect(before.levelOf("sweep")).toEqual(["ok"]);
    expect(before.levelOf("failover or restore")).toEqual(["ok"]);
    expect(before.levelOf("clocks")).toEqual(["ok"]);
    expect(before.levelOf("self-test")).toEqual(["ok"]);
    // The tests' PostgreSQL runs with fsync off, and accepts it.
    expect(before.levelOf("fsync")).toEqual(["advice"]);

    const [lost, late, stray] = [
      await createSecret(app, sender),
      await createSecret(app, sender),
      await createSecret(app, sender),
    ];
    const { sql } = db.current;
    await sql`UPDATE ttl_secret_payloads SET kid = 'gone' WHERE secret_id = ${lost.id}`;
    await sql`UPDATE ttl_secret_payloads SET expires_at = now() - interval '10 minutes' WHERE secret_id = ${late.id}`;
    await sql`UPDATE ttl_secret_payloads SET lineage = 'elsewhere' WHERE secret_id = ${stray.id}`;
    const after = await examine();
    expect(after.hasProblems).toBe(true);
    expect(after.levelOf("encryption keys")).toEqual(["problem"]);
    expect(after.levelOf("sweep")).toEqual(["problem"]);
    expect(after.levelOf("failover or restore")).toEqual(["problem"]);
    await destroyPending({ db: db.current }, {});
    await sweepNow(installation());
  });

  it("reports problems of the configuration, the database and the key file, without repeating secrets", async () => {
    expect((await examine(env({ AUTH_SECRET: "" }))).levelOf("configuration")).toEqual(["problem"]);
    const away = await examine(env({ DATABASE_URL: "postgres://127.0.0.1:1/x" }));
    expect(away.levelOf("database")).toEqual(["problem"]);
    const { url, remove } = await createDatabase("template1");
    onTestFinished(() => remove());
    expect((await examine(env({ DATABASE_URL: url }))).levelOf("tables")).toEqual(["problem"]);
    const withFile = (path: string) => env({ ENCRYPTION_KEYS: "", ENCRYPTION_KEYS_FILE: path });
    const path = join(await folder(), "keys");
    expect((await examine(withFile(path))).levelOf("encryption keys")).toEqual(["problem"]);
    await writeFile(path, `k1:${KEY} 2026-01-01T00:00:00Z\n`, { mode: 0o600 });
    expect((await examine({ ...withFile(path), KEY_ROTATION: "daily" })).levelOf("key age")).toEqual([
      "problem",
    ]);
    expect((await examine(withFile(path))).levelOf("key age")).toEqual(["advice"]);
  });

  it("reports what the self-test finds", async () => {
    const { url, remove } = await createDatabase(inject("templateName"));
    const broken = connect(url, 1);
    onTestFinished(async () => {
      await broken.close();
      await remove();
    });
    await broken.sql`DROP TRIGGER audit_events_chain ON audit_events`;
    const { levelOf, lines } = await examine(env({ DATABASE_URL: url }));
    expect(levelOf("self-test")).toEqual(["problem"]);
    expect(lines.join("\n")).toContain("missing or disabled: audit_events_chain");
  });

  it("advises on proxies, TLS, sign-up and rate limits", async () => {
    const exposed = await examine(
      env({
        PUBLIC_URL: "https://secrets.example.com",
        SIGN_UP: "open",
        PUBLIC_SIGN_UP: "yes",
        RATE_LIMIT_MULTIPLIER: "5",
      }),
    );
    expect(["TLS", "proxies", "sign-up", "rate limits"].map(exposed.levelOf)).toEqual([
      ["ok"],
      ["advice"],
      ["advice"],
      ["advice"],
    ]);
    const local = await examine();
    expect(["TLS", "proxies", "sign-up", "rate limits"].map(local.levelOf)).toEqual([
      ["advice"],
      ["ok"],
      ["ok"],
      ["ok"],
    ]);
  });

  it("reports trusted networks that any client could be in", async () => {
    const levels = async (proxies: string) =>
      (await examine(env({ TRUSTED_PROXIES: proxies }))).levelOf("proxies");
    expect(await levels("10.0.0.0/8,fd00::/8,192.0.2.7")).toEqual(["ok"]);
    for (const wide of ["0.0.0.0/0", "::/0", "192.0.2.7,128.0.0.0/1"]) {
      expect(await levels(wide)).toEqual(["problem", "ok"]);
    }
  });

  it("finds the tests' own database to be UTF-8 and local", async () => {
    const { levelOf } = await examine();
    expect(["encoding", "database connection"].map(levelOf)).toEqual([["ok"], ["ok"]]);
  });

  it("reports a database out of support, in another encoding, or remote without encryption", async () => {
    const vitals = { ...(await readVitals(db.current)), version: "14.20", major: 14, encoding: "LATIN1" };
    const levels = (changes: Partial<Vitals>, now: string) =>
      serverFindings({ ...vitals, ...changes }, new Date(now)).map(({ level }) => level);
    expect(levels({ isLocal: false, isEncrypted: false }, "2026-11-13")).toEqual([
      "advice",
      "problem",
      "advice",
    ]);
    expect(levels({ isLocal: false, isEncrypted: true, encoding: "UTF8" }, "2026-11-12")).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
    // An unknown, later version.
    expect(levels({ major: 40 }, "2050-01-01")[0]).toBe("ok");
  });

  it("rates a certificate by its expiry, host and issuer", () => {
    const levelOf = (days: number, distrust?: string) =>
      certificateFinding("https://secrets.example.com", {
        validTo: new Date(Date.now() + days * 86_400_000),
        distrust,
      }).level;
    expect(levelOf(60)).toBe("ok");
    expect(levelOf(13)).toBe("advice");
    expect(levelOf(-1, "CERT_HAS_EXPIRED")).toBe("problem");
    expect(levelOf(60, "ERR_TLS_CERT_ALTNAME_INVALID")).toBe("problem");
    expect(levelOf(60, "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe("advice");
  });

  const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

  it.runIf(hasOpenssl)("reads the certificate that a server presents (needs openssl)", async () => {
    const path = await folder();
    const [key, cert] = [join(path, "key"), join(path, "cert")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const made = ["req", "-x509", "-days", "60", "-newkey", "rsa:2048", "-nodes", ...subject];
    spawnSync("openssl", [...made, "-keyout", key, "-out", cert]);
    const server = createServer({ key: await readFile(key), cert: await readFile(cert) }).listen(0);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { lines, levelOf } = await examine(env({ PUBLIC_URL: `https://localhost:${port}` }));
    expect(levelOf("certificate")).toEqual(["advice"]);
    expect(lines.join("\n")).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
    const unreachable = await examine(env({ PUBLIC_URL: "https://localhost:1" }));
    expect(unreachable.levelOf("certificate")).toEqual([]);
  });
});
