import postgres from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import { createDatabase } from "../api/test/database.ts";
import { migrate } from "./migrate.ts";

vi.mock("drizzle-orm/migrator", async (original) => {
  const migrator = await original<typeof import("drizzle-orm/migrator")>();
  const withCrlf = (statement: string) => statement.replaceAll("\n", "\r\n");
  return {
    ...migrator,
    readMigrationFiles: (...parameters: Parameters<typeof migrator.readMigrationFiles>) =>
      migrator.readMigrationFiles(...parameters).map((file) => ({ ...file, sql: file.sql.map(withCrlf) })),
  };
});

test("migrations with CRLF create functions without CR", async () => {
  const { url, remove } = await createDatabase("template1");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end().then(remove));
  await migrate(url);
  const [functions] = await sql`
    SELECT count(*)::int AS all, count(*) FILTER (WHERE prosrc LIKE ${"%\r%"})::int AS damaged
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
  expect(functions?.all).toBeGreaterThan(0);
  expect(functions?.damaged).toBe(0);
});
