import { describe, expect, inject, it, onTestFinished } from "vitest";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { connect, TIMEOUTS } from "./client.ts";
import { requireUsablePooler } from "./pooler.ts";

const db = useDatabase();

/** Connections as through a pooler, with the pooler's timeouts. */
function pooled(limits: Partial<Record<keyof typeof TIMEOUTS, number>>, url = db.current.url) {
  const address = new URL(url);
  for (const [name, ms] of Object.entries(limits)) address.searchParams.set(name, String(ms));
  const pool = connect(address.href, 1, { behindPooler: true });
  onTestFinished(() => pool.close());
  return pool;
}

describe("a pooler in front of the database", () => {
  it("is accepted when its timeouts are ours or shorter", async () => {
    await requireUsablePooler(pooled(TIMEOUTS), db.current.url);
    await requireUsablePooler(pooled({ ...TIMEOUTS, statement_timeout: 5_000 }), db.current.url);
  });

  it.each([
    ["sets no timeouts", {}],
    ["omits one", { ...TIMEOUTS, idle_in_transaction_session_timeout: 0 }],
    ["lets a statement run for longer", { ...TIMEOUTS, statement_timeout: 60_000 }],
  ])("is refused when it %s, with the line to add", async (_what, limits) => {
    await expect(requireUsablePooler(pooled(limits), db.current.url)).rejects.toThrow(
      "connect_query='SET statement_timeout = 15000; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 4000'",
    );
  });

  it("is refused when it leads to another database than the direct URL", async () => {
    const { url, remove } = await createDatabase(inject("templateName"));
    onTestFinished(() => remove());
    await expect(requireUsablePooler(pooled(TIMEOUTS, url), db.current.url)).rejects.toThrow(
      "lead to different databases",
    );
  });
});
