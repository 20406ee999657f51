import { StartError } from "../process/start-error.ts";
import { connect, type Database, TIMEOUTS } from "./client.ts";

/** What PgBouncer is to do on each connection that it makes to PostgreSQL. */
const CONNECT_QUERY = Object.entries(TIMEOUTS)
  .map(([name, ms]) => `SET ${name} = ${ms}`)
  .join("; ");

/**
 * Sees to it that a pooler in front of the database keeps up what the product relies on: that both ways lead to the same
 * database, and that what hangs is given up, which a session of ours can't ask a pooler for.
 *
 * @param pooled the connections through the pooler.
 * @throws StartError that says what to change; the driver's error when one of the two can't be asked.
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

/** Which database this is, and the limits of a session there, in ms; 0 is none. */
async function look({ sql }: Database): Promise<{ lineage: string; limits: Record<string, number> }> {
  const [row] = await sql<[{ lineage: string; limits: Record<string, number> }]>`
    SELECT database_lineage() AS lineage, (
      SELECT json_object_agg(name, setting::int) FROM pg_settings
      WHERE name = ANY(string_to_array(${Object.keys(TIMEOUTS).join(",")}, ','))
    ) AS limits`;
  return row;
}
