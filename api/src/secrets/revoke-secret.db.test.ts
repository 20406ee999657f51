import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  type Created,
  createSecret,
  createSender,
  deleteProject,
  endTtl,
  graphql,
  reveal,
} from "../../test/factories.ts";
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { hashToken } from "../crypto/token.ts";
import { claim, settle } from "./attempt-store.ts";

const db = useDatabase();

const revoke = (app: TestApp, id: string, cookie: string, peer?: string) =>
  graphql(
    app,
    `mutation ($id: ID!) { revokeTtlSecret(id: $id) { status endedAt } }`,
    { id },
    { cookie, ...(peer && { peer }) },
  );

const NOT_FOUND = {
  message: "There is no such TTL secret. It may have been deleted.",
  extensions: { code: "NOT_FOUND" },
};

/** Claims without settling. */
async function claimOnly(app: TestApp, { token, vaultId }: Created): Promise<void> {
  const kids = [...app.services.keyRing.keys.keys()];
  await claim(db.current, {
    tokenHash: hashToken(token),
    vaultId,
    kids,
    sourceIp: "192.0.2.8",
    seen: undefined,
  });
}

describe("revoking a TTL secret", () => {
  it("ends a pending one and records who did it and from where", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    const { data } = await revoke(app, secret.id, sender.cookie, "198.51.100.4");
    expect(data.revokeTtlSecret).toEqual({ status: "REVOKED", endedAt: expect.any(String) });
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretNotAvailable");
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({
      action: "temporary_secret_revoked",
      actor: sender.email,
      sourceIp: "198.51.100.4",
      ttlSecretId: secret.id,
    });
  });

  it("leaves a viewed secret as it is and returns its status", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await reveal(app, secret);
    expect((await revoke(app, secret.id, sender.cookie)).data.revokeTtlSecret.status).toBe("VIEWED");
    expect(await auditOf(app, sender)).toHaveLength(2);
  });

  it("leaves an expired secret as it is, swept or not", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await endTtl(db.current, secret.id);
    expect((await revoke(app, secret.id, sender.cookie)).data.revokeTtlSecret.status).toBe("EXPIRED");
    expect(await auditOf(app, sender)).toHaveLength(1);
  });

  it("waits for an attempt that came first, and returns its outcome", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimOnly(app, secret);
    const revoked = revoke(app, secret.id, sender.cookie);
    await setTimeout(300);
    await settle(
      db.current,
      { secretId: secret.id, status: "viewed", reason: null },
      noRollbackGuard.observe,
    );
    expect((await revoked).data.revokeTtlSecret.status).toBe("VIEWED");
  });

  it("returns pending when an attempt that came first does not end in time", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimOnly(app, secret);
    expect((await revoke(app, secret.id, sender.cookie)).data.revokeTtlSecret.status).toBe("PENDING");
    expect(await auditOf(app, sender)).toHaveLength(1);
  });

  it("answers NOT_FOUND when the project is deleted while it waits for an attempt", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimOnly(app, secret);
    const revoked = revoke(app, secret.id, sender.cookie);
    await deleteProject(app, sender);
    expect((await revoked).errors?.[0]).toMatchObject(NOT_FOUND);
  });

  it("answers NOT_FOUND for a malformed id", async () => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    expect((await revoke(app, "not-an-id", cookie)).errors?.[0]).toMatchObject(NOT_FOUND);
  });

  it("is idempotent, with one audit event", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { id } = await createSecret(app, sender);
    await Promise.all([revoke(app, id, sender.cookie), revoke(app, id, sender.cookie)]);
    expect(await auditOf(app, sender)).toHaveLength(2);
  });

  it("races a reveal: one wins, and both answers agree", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    for (let round = 0; round < 10; round++) {
      const secret = await createSecret(app, sender);
      const [shown] = await Promise.all([reveal(app, secret), revoke(app, secret.id, sender.cookie)]);
      const { data } = await revoke(app, secret.id, sender.cookie);
      expect(data.revokeTtlSecret.status).toBe(
        shown.__typename === "TtlSecretRevealed" ? "VIEWED" : "REVOKED",
      );
    }
  });

  it("answers for another vault's secret as for a missing one, and leaves it pending", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    const secret = await createSecret(app, theirs);
    const foreign = await revoke(app, secret.id, mine.cookie);
    expect(foreign.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    expect(await revoke(app, "00000000-0000-4000-8000-000000000000", mine.cookie)).toEqual(foreign);
    expect((await reveal(app, secret)).value).toBe("hunter2");
  });
});
