import { setTimeout } from "node:timers/promises";
import type postgres from "postgres";

/** PostgreSQL's code for "permission denied". */
const INSUFFICIENT_PRIVILEGE = "42501";

/** Retries and the pause between them. Autovacuum finishes a small database much sooner. */
const TRIES = 300;
const PAUSE_MS = 100;

/** Drops a database and ends its connections. Waits for autovacuum, which the role may not end. */
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
