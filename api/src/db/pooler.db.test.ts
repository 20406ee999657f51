import { describe, expect, inject, it, onTestFinished } from "vitest";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { connect, TIMEOUTS } from "./client.ts";
import { requireUsablePooler } from "./pooler.ts";

const db = useDatabase();

/** Connections as through a pooler, with what the pooler sets on its own connections. */
function pooled(settings: Record<string, string | number>, url = db.current.url) {
  const address = new URL(url);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  address.searchParams.set("options", options.join(" "));
  const pool = connect(address.href, 1, { behindPooler: true });
  onTestFinished(() => pool.close());
  return pool;
}

describe("a pooler in front of the database", () => {
  it("is accepted when its timeouts are ours or shorter, and its commits wait for the disk or more", async () => {
    await requireUsablePooler(pooled({ ...TIMEOUTS, synchronous_commit: "remote_apply" }), db.current.url);
    await requireUsablePooler(pooled(TIMEOUTS), db.current.url);
    await requireUsablePooler(pooled({ ...TIMEOUTS, statement_timeout: 5_000 }), db.current.url);
  });

  it.each([
    ["sets no timeouts", {}],
    ["omits one", { ...TIMEOUTS, idle_in_transaction_session_timeout: 0 }],
    ["lets a statement run for longer", { ...TIMEOUTS, statement_timeout: 60_000 }],
    ["writes bytes in another format", { ...TIMEOUTS, bytea_output: "escape" }],
    ["writes intervals in another format", { ...TIMEOUTS, IntervalStyle: "iso_8601" }],
    ["rounds floats", { ...TIMEOUTS, extra_float_digits: 0 }],
    ["commits without waiting for the disk", { ...TIMEOUTS, synchronous_commit: "off" }],
    ["isolates transactions in another way", { ...TIMEOUTS, default_transaction_isolation: "serializable" }],
  ])("is refused when it %s, with the line to add", async (_what, limits) => {
    await expect(requireUsablePooler(pooled(limits), db.current.url)).rejects.toThrow(
      "connect_query='SET statement_timeout = 15000; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 4000; SET bytea_output = hex; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET synchronous_commit = on; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED'",
    );
  });

  it("is refused when it uses another schema than the direct URL", async () => {
    const { sql } = db.current;
    await sql`CREATE SCHEMA elsewhere`;
    await expect(
      requireUsablePooler(pooled({ ...TIMEOUTS, search_path: "elsewhere,public" }), db.current.url),
    ).rejects.toThrow("search_path");
  });

  it("is refused when it leads to another database than the direct URL", async () => {
    const { url, remove } = await createDatabase(inject("templateName"));
    onTestFinished(() => remove());
    await expect(requireUsablePooler(pooled(TIMEOUTS, url), db.current.url)).rejects.toThrow(
      "lead to different databases",
    );
  });
});
