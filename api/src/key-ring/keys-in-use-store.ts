import type { Database } from "../db/client.ts";
import type { KeyUse } from "./plan-rotation.ts";

/** The database's time, and the kids of all payloads that have not expired by then. */
export async function keyUse({ sql }: Pick<Database, "sql">): Promise<KeyUse> {
  const rows = await sql<{ nowMs: number; kid: string | null }[]>`
    SELECT (extract(epoch FROM now()::timestamptz(3)) * 1000)::float8 AS "nowMs", used.kid
    FROM (SELECT) AS always_one_row
    LEFT JOIN (SELECT DISTINCT kid FROM ttl_secret_payloads WHERE expires_at > now()) AS used ON true`;
  return {
    now: new Date(rows[0]?.nowMs ?? Number.NaN),
    kidsInUse: new Set(rows.flatMap(({ kid }) => kid ?? [])),
  };
}
