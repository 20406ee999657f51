import { describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  type Created,
  createKey,
  createSecret,
  createSender,
  endTtl,
  reveal,
  type Sender,
  secretOf,
} from "../../test/factories.ts";
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { PostgresProxy } from "../../test/postgres-proxy.ts";
import { HashingPool } from "../crypto/argon2.ts";
import { hashToken } from "../crypto/token.ts";
import { connect } from "../db/client.ts";
import { claim, settle } from "./attempt-store.ts";

const db = useDatabase();

const WRONG = "wrong-wrong-wrong-wrong-wrong-wrong";

interface Scene {
  app: TestApp;
  sender: Sender;
  secret: Created;
}

async function pendingSecret(
  value = "hunter2",
  options: Parameters<typeof createTestApp>[1] = {},
): Promise<Scene> {
  const app = createTestApp(db.current, options);
  const sender = await createSender(app);
  return { app, sender, secret: await createSecret(app, sender, { content: { value } }) };
}

async function payloadCount(id: string): Promise<number> {
  const [row] = await db.current.sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM ttl_secret_payloads WHERE secret_id = ${id}`;
  return row.count;
}

/** The state of a secret in the database. */
async function stateOf({ app, sender, secret }: Scene) {
  const { status, destroyedReason } = await secretOf(app, sender, secret.id);
  const events = await auditOf(app, sender);
  return {
    status,
    destroyedReason,
    payloads: await payloadCount(secret.id),
    events: events.map((event: { action: string }) => event.action.replace("temporary_secret_", "")),
  };
}

/** Log lines at level error or above. */
const alertsOf = ({ app }: Scene) =>
  app.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);

const UNTOUCHED = { status: "PENDING", destroyedReason: null, payloads: 1, events: ["create"] };

describe("the right passphrase", () => {
  it("shows the value, once, and the secret is viewed", async () => {
    const scene = await pendingSecret("s3cret");
    expect(await reveal(scene.app, scene.secret)).toEqual({
      __typename: "TtlSecretRevealed",
      value: "s3cret",
    });
    expect(await stateOf(scene)).toEqual({
      status: "VIEWED",
      destroyedReason: null,
      payloads: 0,
      events: ["create", "viewed"],
    });
    expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretNotAvailable");
  });

  it.each([
    ["capitals", (p: string) => p.toUpperCase()],
    ["spaces", (p: string) => `  ${p.replaceAll("-", "   ")} `],
    ["no-break spaces and en dashes", (p: string) => p.replaceAll("-", "\u00a0–\u00a0")],
    [
      "full-width letters",
      (p: string) => p.replace(/[a-z]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
    ],
    [
      "numbered lines",
      (p: string) =>
        p
          .split("-")
          .map((word, i) => `${i + 1}. ${word}`)
          .join("\r\n"),
    ],
    ["nothing between the words", (p: string) => p.replaceAll("-", "")],
    ["exactly 1,024 characters", (p: string) => p.padEnd(1024, " ")],
  ])("accepts %s", async (_how, type) => {
    const { app, secret } = await pendingSecret();
    const answer = await reveal(app, { ...secret, passphrase: type(secret.passphrase) });
    expect(answer).toMatchObject({ value: "hunter2" });
  });

  it.each([
    ["64 KiB", "x".repeat(65_536)],
    ["64 KiB of emoji", "🔥".repeat(16_384)],
    ["64 KiB of control characters", "\u0001".repeat(65_536)],
    ["leading and trailing white space", " \t value \n\n"],
    ["CR LF line ends", "one\r\ntwo\r\n"],
    ["right-to-left text", "كلمة السر ‏123"],
    ["HTML", "<script>alert(1)</script>&amp;"],
    ["a byte-order mark", "\ufeffvalue"],
    ["unnormalised Unicode", "e\u0301\u212b"],
    ["one byte", "x"],
  ])("hands out the value byte for byte: %s", async (_what, value) => {
    const { app, secret } = await pendingSecret(value);
    const answer = await reveal(app, secret);
    expect(Buffer.from(answer.value).equals(Buffer.from(value))).toBe(true);
  });

  it("records the recipient's address, and no name", async () => {
    const { app, sender, secret } = await pendingSecret();
    await reveal(app, secret, { peer: "203.0.113.7" });
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({
      action: "temporary_secret_viewed",
      sourceIp: "203.0.113.7",
      actor: null,
      ttlSecretId: secret.id,
    });
  });
});

describe("a wrong passphrase", () => {
  it.each([
    ["another six words", WRONG],
    ["one letter", "x"],
    ["no letter at all", "----"],
    ["only digits", "123456"],
    ["1,024 characters", "y".repeat(1024)],
    ["a lone surrogate", "\ud800"],
  ])("destroys the secret: %s", async (_what, passphrase) => {
    const scene = await pendingSecret();
    const answer = await reveal(scene.app, { ...scene.secret, passphrase });
    expect(answer.__typename).toBe("TtlSecretDestroyed");
    expect(await stateOf(scene)).toEqual({
      status: "DESTROYED",
      destroyedReason: "WRONG_PASSPHRASE",
      payloads: 0,
      events: ["create", "failed"],
    });
    expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretNotAvailable");
  });

  it("destroys the secret with a single wrong letter", async () => {
    const { app, secret } = await pendingSecret();
    const [first = "", ...rest] = secret.passphrase;
    const passphrase = [first === "a" ? "b" : "a", ...rest].join("");
    expect((await reveal(app, { ...secret, passphrase })).__typename).toBe("TtlSecretDestroyed");
  });
});

describe("a refusal before the claim consumes nothing", () => {
  it.each([
    ["an empty passphrase", "", "Enter the passphrase: six words."],
    ["a blank one", " \t\u00a0\n", "Enter the passphrase: six words."],
    ["one of invisible characters only", "\u200b\u2060\ufeff", "Enter the passphrase: six words."],
    ["one of 1,025 characters", "z".repeat(1025), "That is too long for a passphrase: it is six words."],
  ])("%s", async (_what, passphrase, message) => {
    const scene = await pendingSecret();
    const answer = await reveal(scene.app, { ...scene.secret, passphrase });
    expect(answer).toMatchObject({ code: "BAD_USER_INPUT", field: "passphrase", message });
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
  });

  it("counts characters, not UTF-16 units: 1,024 emoji are an attempt", async () => {
    const { app, secret } = await pendingSecret();
    const answer = await reveal(app, { ...secret, passphrase: "🔑".repeat(1024) });
    expect(answer.__typename).toBe("TtlSecretDestroyed");
  });

  it("a request with an unknown API key, whatever the passphrase", async () => {
    const scene = await pendingSecret();
    const answer = await reveal(scene.app, scene.secret, {
      headers: { authorization: "Bearer ttlk_anything" },
    });
    expect(answer).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
  });

  it("a request with a valid API key of the secret's vault, whatever the passphrase", async () => {
    const scene = await pendingSecret();
    const { headers } = await createKey(scene.app, scene.sender);
    const answer = await reveal(scene.app, scene.secret, { headers });
    expect(answer).toMatchObject({ code: "FORBIDDEN" });
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
  });

  it("more attempts per minute at it than the limit allows", async () => {
    const scene = await pendingSecret();
    const hashingPool = new HashingPool(1, 0);
    const { keyRing } = scene.app.services;
    const limited = createTestApp(db.current, { rateLimitMultiplier: 1, keyRing, hashingPool });
    let free = () => {};
    const busy = hashingPool.run(() => new Promise<void>((resolve) => (free = resolve)));
    for (let i = 0; i < 30; i++) {
      const answer = await reveal(limited, scene.secret, { peer: `203.0.113.${i}` });
      expect(answer).toMatchObject({ code: "OVERLOADED" });
    }
    free();
    await busy;
    const answer = await reveal(limited, scene.secret);
    expect(answer).toMatchObject({ code: "RATE_LIMITED" });
    expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
  });

  it("an attempt that finds no free Argon2 slot", async () => {
    const scene = await pendingSecret();
    const hashingPool = new HashingPool(1, 0);
    const full = createTestApp(db.current, { keyRing: scene.app.services.keyRing, hashingPool });
    let free = () => {};
    const busy = hashingPool.run(() => new Promise<void>((resolve) => (free = resolve)));
    expect(await reveal(full, scene.secret)).toMatchObject({ code: "OVERLOADED" });
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
    free();
    await busy;
    expect((await reveal(full, scene.secret)).value).toBe("hunter2");
  });

  it("a link whose vault is not the secret's", async () => {
    const scene = await pendingSecret();
    const { vaultId } = await createSender(scene.app);
    expect((await reveal(scene.app, { ...scene.secret, vaultId })).__typename).toBe("TtlSecretNotAvailable");
    expect(await stateOf(scene)).toEqual(UNTOUCHED);
  });
});

describe("not available", () => {
  it("is the same answer, byte for byte, for every reason", async () => {
    const { app, sender, secret } = await pendingSecret();
    const used = await createSecret(app, sender);
    await reveal(app, used);
    const burnt = await createSecret(app, sender);
    await reveal(app, { ...burnt, passphrase: WRONG });
    const expired = await createSecret(app, sender, { ttlSeconds: 60 });
    await endTtl(db.current, expired.id);
    const answers = await Promise.all(
      [
        used,
        burnt,
        expired,
        { ...secret, token: "AAAAAAAAAAAAAAAAAAAAAA" },
        { ...secret, token: "malformed" },
        { ...secret, token: "" },
        { ...secret, vaultId: "vault_000000000000000000000000" },
        { ...secret, vaultId: "'; DROP TABLE users; --" },
        { ...secret, vaultId: "\u0000" },
      ].map(async (link) => JSON.stringify(await reveal(app, link))),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("TtlSecretNotAvailable");
  });
});

describe("an address with more attempts at links without a secret than the limit allows", () => {
  const UNKNOWN = { token: "AAAAAAAAAAAAAAAAAAAAAA" };

  it.each([
    ["IPv4: 30", Array.from({ length: 30 }, () => "203.0.113.98"), "203.0.113.98"],
    ["a /48: 240", Array.from({ length: 240 }, (_, i) => `2001:db8:98:${i % 8}::1`), "2001:db8:98:ffff::1"],
  ])("%s, is refused there, and keeps no recipient out", async (_what, peers, peer) => {
    const { app, sender, secret } = await pendingSecret();
    const used = await createSecret(app, sender);
    await reveal(app, used);
    const limited = createTestApp(db.current, { rateLimitMultiplier: 1, keyRing: app.services.keyRing });
    for (const each of peers) {
      const answer = await reveal(limited, { ...secret, ...UNKNOWN }, { peer: each });
      expect(answer.__typename).toBe("TtlSecretNotAvailable");
    }
    for (const link of [{ ...secret, ...UNKNOWN }, used, { ...secret, token: "malformed" }]) {
      expect(await reveal(limited, link, { peer })).toMatchObject({ code: "RATE_LIMITED" });
    }
    expect((await reveal(limited, secret, { peer })).value).toBe("hunter2");
    expect(await reveal(limited, secret, { peer })).toMatchObject({ code: "RATE_LIMITED" });
  });

  it("does not get closer to the limit by opening secrets", async () => {
    const { app, sender, secret } = await pendingSecret();
    const limited = createTestApp(db.current, { rateLimitMultiplier: 1, keyRing: app.services.keyRing });
    const peer = "203.0.113.97";
    for (let i = 0; i < 31; i++) {
      const opened = await reveal(limited, await createSecret(app, sender), { peer });
      expect(opened.__typename).toBe("TtlSecretRevealed");
    }
    const answer = await reveal(limited, { ...secret, ...UNKNOWN }, { peer });
    expect(answer.__typename).toBe("TtlSecretNotAvailable");
  });
});

describe("the TTL", () => {
  it("ends an unopened secret at once: it reads as expired before any sweep, and can't be revealed", async () => {
    const scene = await pendingSecret();
    await endTtl(db.current, scene.secret.id);
    expect(await stateOf(scene)).toEqual({ ...UNTOUCHED, status: "EXPIRED" });
    expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretNotAvailable");
    const { endedAt, expiresAt } = await secretOf(scene.app, scene.sender, scene.secret.id);
    expect(endedAt).toBe(expiresAt);
  });
});

describe("simultaneous attempts", () => {
  it("give one plaintext for forty right passphrases", async () => {
    const scene = await pendingSecret();
    const answers = await Promise.all(Array.from({ length: 40 }, () => reveal(scene.app, scene.secret)));
    const kinds = answers.map((answer) => answer.__typename);
    expect(kinds.filter((kind) => kind === "TtlSecretRevealed")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "TtlSecretNotAvailable")).toHaveLength(39);
    expect((await stateOf(scene)).events).toEqual(["create", "viewed"]);
  });

  it("verify one of forty wrong guesses", async () => {
    const scene = await pendingSecret();
    const guess = { ...scene.secret, passphrase: WRONG };
    const answers = await Promise.all(Array.from({ length: 40 }, () => reveal(scene.app, guess)));
    expect(answers.filter((answer) => answer.__typename === "TtlSecretDestroyed")).toHaveLength(1);
    expect((await stateOf(scene)).events).toEqual(["create", "failed"]);
  });
});

describe("an attempt that can't be finished", () => {
  it("shows nothing when its audit event can't be stored, and stays destroyed", async () => {
    const scene = await pendingSecret();
    await db.current.sql`
      CREATE OR REPLACE FUNCTION fail_audit() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no space left'; END $$`;
    await db.current.sql`
      CREATE TRIGGER fail_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION fail_audit()`;
    try {
      expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretDestroyed");
    } finally {
      await db.current.sql`DROP TRIGGER fail_audit ON audit_events`;
    }
    expect(alertsOf(scene)).toMatchObject([
      { secretId: scene.secret.id, msg: "an attempt could not be finished", err: expect.any(Object) },
    ]);
    const [row] = await db.current.sql`
      SELECT status, destroyed_reason AS reason FROM ttl_secrets WHERE id = ${scene.secret.id}`;
    expect(row).toEqual({ status: "destroyed", reason: "interrupted" });
    expect(await payloadCount(scene.secret.id)).toBe(0);
    expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretNotAvailable");
  });

  it.each([
    ["right", (passphrase: string) => passphrase],
    ["wrong", () => WRONG],
  ])("reveals neither value nor verdict when it took too long: a %s passphrase", async (_what, type) => {
    const scene = await pendingSecret();
    // Backdates the claim by more than an attempt may take.
    await db.current.sql`
      CREATE OR REPLACE FUNCTION delay_claim() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.ended_at := now() - interval '61 s'; RETURN NEW; END $$`;
    await db.current.sql`
      CREATE TRIGGER delay_claim BEFORE UPDATE ON ttl_secrets FOR EACH ROW
      WHEN (NEW.attempted_from IS NOT NULL) EXECUTE FUNCTION delay_claim()`;
    try {
      const { passphrase } = scene.secret;
      const answer = await reveal(scene.app, { ...scene.secret, passphrase: type(passphrase) });
      expect(answer).toEqual({
        __typename: "TtlSecretDestroyed",
        message:
          "The secret could not be opened and was destroyed. Ask the person who sent you the link to create a new one.",
      });
    } finally {
      await db.current.sql`DROP TRIGGER delay_claim ON ttl_secrets`;
    }
    expect(await stateOf(scene)).toEqual({
      status: "DESTROYED",
      destroyedReason: "INTERRUPTED",
      payloads: 0,
      events: ["create"],
    });
  });

  it("is closed at once, with its audit event, when the connection is lost before it is settled", async () => {
    const scene = await pendingSecret();
    await db.current.sql`
      CREATE OR REPLACE FUNCTION lose_connection() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`;
    await db.current.sql`
      CREATE TRIGGER lose_connection BEFORE UPDATE ON ttl_secrets FOR EACH ROW
      WHEN (NEW.status = 'viewed') EXECUTE FUNCTION lose_connection()`;
    try {
      expect((await reveal(scene.app, scene.secret)).__typename).toBe("TtlSecretDestroyed");
    } finally {
      await db.current.sql`DROP TRIGGER lose_connection ON ttl_secrets`;
    }
    expect(await stateOf(scene)).toEqual({
      status: "DESTROYED",
      destroyedReason: "INTERRUPTED",
      payloads: 0,
      events: ["create", "failed"],
    });
  });

  type Loss = "the answer" | "the answer and the database" | "the statement";
  const asItIs = (passphrase: string) => passphrase;
  it.each<[string, (passphrase: string) => string, string, string, Loss]>([
    ["the answer to a right passphrase", asItIs, "Error", "VIEWED", "the answer"],
    [
      "the answer to a right passphrase, and the database",
      asItIs,
      "Error",
      "VIEWED",
      "the answer and the database",
    ],
    ["the answer to a wrong one", () => WRONG, "TtlSecretDestroyed", "DESTROYED", "the answer"],
    ["the whole statement", asItIs, "TtlSecretDestroyed", "DESTROYED", "the statement"],
  ])(
    "is reported as destroyed only if it can't have been stored as viewed, when the settlement loses %s",
    async (_what, type, typename, status, lost) => {
      const url = new URL(db.current.url);
      const proxy = await PostgresProxy.start(Number(url.port));
      url.port = String(proxy.port);
      const pool = connect(url.href, 2);
      try {
        const keyRing = testKeyRing("k1");
        const scene = await pendingSecret("hunter2", { keyRing });
        const coming = proxy.hold({ text: /WITH open_attempt AS/ });
        const { passphrase } = scene.secret;
        const lossy = createTestApp(pool, { keyRing });
        const answer = reveal(lossy, { ...scene.secret, passphrase: type(passphrase) });
        const held = await coming;
        if (lost !== "the statement") {
          held.send();
          await held.answered;
        }
        if (lost === "the answer and the database") await proxy.stop();
        else held.cut();
        expect(await answer).toMatchObject({
          __typename: typename,
          ...(typename === "Error" && { code: "INTERNAL" }),
        });
        expect(await stateOf(scene)).toMatchObject({ status, payloads: 0 });
      } finally {
        await pool.sql.end({ timeout: 0 });
        await proxy.stop();
      }
    },
  );

  it("is settled once, however many settle it at the same time", async () => {
    const { app, sender, secret } = await pendingSecret();
    const { id: secretId, token, vaultId } = secret;
    await claim(db.current, {
      tokenHash: hashToken(token),
      vaultId,
      kids: ["k1"],
      sourceIp: "192.0.2.9",
      seen: undefined,
    });
    const ends = [
      { secretId, status: "viewed", reason: null },
      { secretId, status: "destroyed", reason: "interrupted" },
    ] as const;
    let settled: Promise<boolean[]> = Promise.resolve([]);
    await db.current.sql.begin(async (sql) => {
      await sql`SELECT 1 FROM ttl_secrets WHERE id = ${secretId} FOR UPDATE`;
      settled = Promise.all(ends.map((end) => settle(db.current, end, noRollbackGuard.observe)));
      await vi.waitFor(async () => {
        const waiting = await db.current.sql`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect(waiting).toHaveLength(2);
      });
    });
    expect((await settled).toSorted()).toEqual([false, true]);
    expect(await auditOf(app, sender)).toHaveLength(2);
  });

  it("is not settled a second time", async () => {
    const scene = await pendingSecret();
    await reveal(scene.app, { ...scene.secret, passphrase: WRONG });
    const observe = vi.fn();
    const end = { secretId: scene.secret.id, status: "viewed", reason: null } as const;
    expect(await settle(db.current, end, observe)).toBe(false);
    expect(observe).not.toHaveBeenCalled();
    expect((await stateOf(scene)).status).toBe("DESTROYED");
  });
});
