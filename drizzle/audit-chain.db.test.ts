import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, expect, test } from "vitest";
import { verifyChain } from "../api/src/audit/verify-chain.ts";
import { createDatabase } from "../api/test/database.ts";
import type {} from "../api/test/global-setup.ts";

const MIGRATION = "0005_audit_chain.sql";
const folder = join(import.meta.dirname, "migrations");

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

test("the migration chains existing events by time; events of old replicas follow, and stay valid after each later one", async () => {
  const { url, remove } = await createDatabase("template1");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  undo.push(remove, () => sql.end());
  const apply = async (name: string) => {
    const text = await readFile(join(folder, name), "utf8");
    // In one transaction, as `migrate` does.
    await sql.begin(async (tx) => {
      for (const statement of text.split("--> statement-breakpoint")) await tx.unsafe(statement);
    });
  };
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  for (const name of files.slice(0, files.indexOf(MIGRATION))) await apply(name);

  /** The INSERT of the previous release, which does not know the chain. */
  const insert = (vaultId: string, at: string) =>
    sql`INSERT INTO audit_events (id, vault_id, project_id, action, at, source_ip, actor)
      VALUES (${randomUUID()}, ${vaultId}, ${randomUUID()}, 'temporary_secret_create', ${at}, '192.0.2.1', 'ada')`;
  for (const day of [3, 1, 2]) {
    await insert("vault_a", `2026-01-0${day}T00:00:00.123Z`);
    await insert("vault_b", `2026-02-0${day}T00:00:00Z`);
  }
  await apply(MIGRATION);
  await insert("vault_a", "2026-01-01T12:00:00Z");
  await insert("vault_c", "2026-01-01T12:00:00Z");
  const later = files.slice(files.indexOf(MIGRATION) + 1);
  for (const name of later) {
    await insert("vault_d", "2026-01-01T12:00:00Z");
    await apply(name);
  }
  await insert("vault_d", "2026-01-01T12:00:00Z");

  const lengths = { vault_a: 4, vault_b: 3, vault_c: 1, vault_d: later.length + 1, vault_e: 0 };
  for (const [vaultId, length] of Object.entries(lengths)) {
    expect(await verifyChain({ sql: sql as never }, { vaultId })).toMatchObject({ length, problems: [] });
  }
  const days =
    await sql`SELECT extract(day FROM at)::int AS day FROM audit_events WHERE vault_id = 'vault_a' ORDER BY seq`;
  expect(days.map(({ day }) => day)).toEqual([1, 2, 3, 1]);
  await expect(sql`UPDATE audit_events SET actor = NULL`).rejects.toMatchObject({ code: "42501" });
});
