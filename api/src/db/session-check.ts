import { SETTINGS, TRACKED_SETTINGS } from "@ttl-secrets/drizzle/connection";
import { StartError } from "../process/start-error.ts";
import { type Database, TIMEOUTS } from "./client.ts";

/** The `connect_query` that PgBouncer must run on each of its connections to PostgreSQL. */
const CONNECT_QUERY = [
  ...Object.entries(TIMEOUTS).map(([name, ms]) => `SET ${name} = ${ms}`),
  ...Object.entries(SETTINGS)
    .filter(([name]) => name !== "default_transaction_isolation")
    .map(([name, value]) => `SET ${name} = ${value}`),
  "SET synchronous_commit = on",
  // Needs no quotes, which would have to be doubled in PgBouncer's file.
  "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
].join("; ");

/**
 * Checks in a session what start-up parameters should have set: a pooler or a proxy may drop them.
 *
 * @param variable the one that holds the connection string.
 * @throws StartError that names the first setting that differs and says what to do.
 */
export async function requireOurSettings({ sql }: Database, variable: string): Promise<void> {
  const texts: Record<string, string> = { ...TRACKED_SETTINGS, ...SETTINGS };
  const names = [...Object.keys(TIMEOUTS), ...Object.keys(texts), "synchronous_commit"];
  const [row] = await sql<[{ settings: Record<string, string> }]>`
    SELECT json_object_agg(name, setting) AS settings FROM pg_settings
    WHERE name = ANY(string_to_array(${names.join(",")}, ','))`;
  const { settings } = row;
  const wrong = [
    ...Object.entries(TIMEOUTS).filter(([name, ms]) => {
      const limit = Number(settings[name]);
      return !(limit > 0 && limit <= ms);
    }),
    ...Object.entries(texts).filter(([name, value]) => settings[name] !== value),
    // Every other value waits for the disk, too.
    ...(settings.synchronous_commit === "off" ? [["synchronous_commit", "on"] as const] : []),
  ];
  const [first] = wrong;
  if (!first) return;
  const [name, value] = first;
  throw new StartError(
    `A connection of ${variable} has ${name} = ${settings[name]} instead of ${value}: something in front of PostgreSQL drops our settings. If it is a pooler, set DATABASE_DIRECT_URL to PostgreSQL itself, and have the pooler set them; in PgBouncer's line for this database: connect_query='${CONNECT_QUERY}'`,
  );
}
