import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { auditOf, createSecret, createSender, reveal, secretOf } from "../../test/factories.ts";
import { connect } from "../db/client.ts";

const db = useDatabase();

const WAITS = "the settlement of an attempt waits for a lock";

/** An app whose statements give up after `ms`, with a pending secret. */
async function impatientApp(timeout: "lock_timeout" | "statement_timeout", ms: number) {
  const pool = connect(db.current.url, 1);
  onTestFinished(() => pool.close());
  const keyRing = testKeyRing("k1");
  // Sign-up needs more than one connection.
  const sending = createTestApp(db.current, { keyRing });
  const sender = await createSender(sending);
  const secret = await createSecret(sending, sender);
  const app = createTestApp(pool, { keyRing });
  await pool.sql`SELECT set_config(${timeout}, ${String(ms)}, false)`;
  const retries = () => app.logs.filter((line) => line.includes(WAITS)).length;
  return { app, sending, sender, secret, retries };
}

/** Runs `work` while another session holds the lock of the vault's audit chain. */
const withLockedChain = <T>(vaultId: string, work: () => Promise<T>) =>
  db.current.sql.begin(async (sql) => {
    const rows = await sql`SELECT FROM audit_chains WHERE vault_id = ${vaultId} FOR UPDATE`;
    expect(rows).toHaveLength(1);
    return work();
  });

describe("while another session holds the lock of the vault's audit chain", () => {
  it.each([
    ["lock_timeout", 50],
    ["statement_timeout", 1000],
  ] as const)("the right passphrase shows the value once the lock is released: %s", async (timeout, ms) => {
    const { app, sending, sender, secret, retries } = await impatientApp(timeout, ms);
    let answer: ReturnType<typeof reveal> | undefined;
    await withLockedChain(secret.vaultId, async () => {
      answer = reveal(app, secret);
      await expect.poll(retries, { timeout: 10_000 }).toBeGreaterThan(0);
      expect(
        await db.current.sql`SELECT FROM ttl_secret_payloads WHERE secret_id = ${secret.id}`,
      ).toHaveLength(0);
    });
    expect(await answer).toMatchObject({ value: "hunter2" });
    expect(await secretOf(sending, sender, secret.id)).toMatchObject({ status: "VIEWED" });
    expect(await auditOf(sending, sender)).toHaveLength(2);
  });

  it("the attempt ends as interrupted when the lock is held for more than 30 s", async () => {
    const { app, sending, sender, secret, retries } = await impatientApp("lock_timeout", 50);
    const now = performance.now.bind(performance);
    onTestFinished(() => void vi.restoreAllMocks());
    await withLockedChain(secret.vaultId, async () => {
      const answer = reveal(app, secret);
      await expect.poll(retries).toBeGreaterThan(0);
      vi.spyOn(performance, "now").mockImplementation(() => now() + 30_000);
      expect(await answer).toMatchObject({ __typename: "TtlSecretDestroyed" });
    });
    const [row] = await db.current
      .sql`SELECT status, destroyed_reason FROM ttl_secrets WHERE id = ${secret.id}`;
    expect(row).toEqual({ status: "destroyed", destroyed_reason: "interrupted" });
    expect(await auditOf(sending, sender)).toHaveLength(1);
  });
});
