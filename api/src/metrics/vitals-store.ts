import type { Database } from "../db/client.ts";

/** What the database says for the metrics. */
export interface DatabaseVitals {
  /** Pending secrets. */
  pending: number;
  /** How long the longest expired payload has been waiting for a sweep, in seconds; null when none is. */
  sweepLagSeconds: number | null;
  /** Connections of this product's processes by their state, such as `active` and `idle`. */
  connections: { state: string; count: number }[];
}

/** Asked for at every reading of the metrics, four times a minute or so: two scans of an index. */
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
