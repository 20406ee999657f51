import { StartError } from "../process/start-error.ts";
import { connect, type Database } from "./client.ts";
import { requireOurSettings } from "./session-check.ts";

/**
 * Checks that the pooler in front of the database preserves what we rely on: that both URLs lead to the same database, and
 * that its sessions have the settings that we cannot set through it.
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
    if (there.schema !== here.schema) {
      throw new StartError(
        `DATABASE_URL uses the schema ${here.schema} and DATABASE_DIRECT_URL the schema ${there.schema}. Have the pooler set the search_path of its connections to ${there.schema}.`,
      );
    }
    await requireOurSettings(pooled, "DATABASE_URL");
  } finally {
    await direct.close();
  }
}

/** The schema that a session uses, and the identity of the database. */
async function look({ sql }: Database): Promise<{ schema: string | null; lineage: string }> {
  const [row] = await sql<[{ schema: string | null; lineage: string }]>`
    SELECT current_schema() AS schema, database_lineage() AS lineage`;
  return row;
}
