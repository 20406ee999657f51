import { StartError } from "../process/start-error.ts";
import { connect, type Database, TIMEOUTS } from "./client.ts";

/** The `connect_query` that PgBouncer must run on each of its connections to PostgreSQL. */
const CONNECT_QUERY = Object.entries(TIMEOUTS)
  .map(([name, ms]) => `SET ${name} = ${ms}`)
  .join("; ");

/**
 * Checks that the pooler in front of the database preserves what we rely on: that both URLs lead to the same database, and
 * that the pooler sets the session timeouts, which our sessions cannot set through it.
 *
 * @param pooled the connections through the pooler.
 * @throws StartError that says what to change; the driver's error when one of the two cannot be reached.
 */
export async function requireUsablePooler(pooled: Database, directUrl: string): Promise<void> {
  const direct = connect(directUrl, 1);
  try {
    const [there, here] = await Promise.all([look(direct), look(pooled)]);
    if (there.lineage !== here.lineage) {
      throw new StartError(
        "DATABASE_URL and DATABASE_DIRECT_URL lead to different databases. Set both to one.",
      );
    }
    const { limits } = here;
    const isLimited = Object.entries(TIMEOUTS).every(([name, ms]) => {
      const limit = limits[name] ?? 0;
      return limit > 0 && limit <= ms;
    });
    if (!isLimited) {
      throw new StartError(
        `The pooler in DATABASE_URL lets statements hang. Have it set limits on its connections; in PgBouncer's line for this database: connect_query='${CONNECT_QUERY}'`,
      );
    }
  } finally {
    await direct.close();
  }
}

/** Identity of the database, and the timeouts of a session there in ms; 0 means none. */
async function look({ sql }: Database): Promise<{ lineage: string; limits: Record<string, number> }> {
  const [row] = await sql<[{ lineage: string; limits: Record<string, number> }]>`
    SELECT database_lineage() AS lineage, (
      SELECT json_object_agg(name, setting::int) FROM pg_settings
      WHERE name = ANY(string_to_array(${Object.keys(TIMEOUTS).join(",")}, ','))
    ) AS limits`;
  return row;
}
