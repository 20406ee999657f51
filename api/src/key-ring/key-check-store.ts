import type { Database } from "../db/client.ts";

type Sql = Pick<Database, "sql">;

/** By kid, what identifies a key without revealing it. */
export type CheckValues = ReadonlyMap<string, Buffer>;

/** One parameter, because the driver knows no array types. A kid is unique in a ring. */
const asJson = (values: CheckValues) =>
  JSON.stringify(Object.fromEntries([...values].map(([kid, value]) => [kid, value.toString("hex")])));

/** Stores the check values of kids that have none yet. Of several processes at once, the first one decides. */
export async function recordCheckValues({ sql }: Sql, values: CheckValues): Promise<void> {
  await sql`
    INSERT INTO server_keys (kid, check_value)
    SELECT kid, decode(value, 'hex') FROM json_each_text(${asJson(values)}::text::json) AS own (kid, value) ORDER BY kid
    ON CONFLICT DO NOTHING`;
}

/** The kids whose stored check value is another one. Reads only. */
export async function differingKids({ sql }: Sql, values: CheckValues): Promise<string[]> {
  const rows = await sql<{ kid: string }[]>`
    SELECT k.kid FROM json_each_text(${asJson(values)}::text::json) AS own (kid, value)
    JOIN server_keys k ON k.kid = own.kid
    WHERE k.check_value <> decode(own.value, 'hex') ORDER BY k.kid`;
  return rows.map(({ kid }) => kid);
}
