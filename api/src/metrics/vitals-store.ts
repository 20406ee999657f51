import type { Database } from "../db/client.ts";

/** Figures that the metrics read from the database. */
export interface DatabaseVitals {
  /** Pending secrets. */
  pending: number;
  /** Age of the oldest expired payload in seconds; null when there is none. */
  sweepLagSeconds: number | null;
  /** Connections of all our processes by state, such as `active` and `idle`. */
  connections: { state: string; count: number }[];
}

/** Runs on every scrape, about four a minute: two index scans. */
export async function readVitals({ sql }: Pick<Database, "sql">): Promise<DatabaseVitals> {
  const [vitals] = await sql<[DatabaseVitals]>`
    SELECT (SELECT count(*)::float8 FROM ttl_secret_payloads WHERE expires_at > now()) AS pending,
      (SELECT extract(epoch FROM now() - min(expires_at))::float8 FROM ttl_secret_payloads
        WHERE expires_at <= now()) AS "sweepLagSeconds",
      (SELECT coalesce(json_agg(c), '[]') FROM (
        SELECT state, count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'ttl-secrets%' AND state IS NOT NULL
        GROUP BY state) AS c) AS connections`;
  return vitals;
}
