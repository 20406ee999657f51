import { setTimeout } from "node:timers/promises";
import type postgres from "postgres";

/** PostgreSQL's code for "permission denied". */
const INSUFFICIENT_PRIVILEGE = "42501";

/** How often to try, and how long to wait in between: autovacuum is through with a small database long before. */
const TRIES = 300;
const PAUSE_MS = 100;

/** Drops a database, whoever of us is connected to it. Where autovacuum is at work, which is not ours to end, it waits. */
export async function dropDatabase(sql: postgres.Sql, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`;
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE || tries === TRIES) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}
