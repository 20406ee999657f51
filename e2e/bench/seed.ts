import { randomUUID } from "node:crypto";
import { bareTables } from "./bare-tables.ts";
import type { Product } from "./product.ts";

/** Creates an empty project of the sender. */
export async function addProject({ sql, sender }: Product): Promise<string> {
  const id = randomUUID();
  await sql`INSERT INTO projects (id, vault_id, name) VALUES (${id}, ${sender.vaultId}, 'Seeded')`;
  return id;
}

/**
 * Fills a project up to `upTo` secrets whose payloads can't be opened. They were created within the last day, 50 ms apart, and
 * expired an hour later, so they read as expired and the sweep removes them.
 */
export async function fill(product: Product, projectId: string, upTo: number): Promise<void> {
  const { sql, sender } = product;
  const [{ stored }] = await sql<[{ stored: number }]>`
    SELECT count(*)::int AS stored FROM ttl_secrets WHERE project_id = ${projectId}`;
  await sql.begin(async (tx) => {
    const restore = await bareTables(tx, ["ttl_secrets", "ttl_secret_payloads"]);
    await tx`
      WITH made AS (
        INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
        SELECT gen_random_uuid(), ${projectId}, 'Secret number ' || n, 'pending',
          now() - interval '23 hours' + n * interval '50 milliseconds',
          now() - interval '22 hours' + n * interval '50 milliseconds', ${sender.email}
        FROM generate_series(${stored + 1}::int, ${upTo}::int) AS n
        RETURNING id, expires_at
      )
      INSERT INTO ttl_secret_payloads (token_hash, secret_id, version, kid, nonce, ciphertext, verifier, salt,
        argon2_memory_kib, argon2_time_cost, argon2_parallelism, expires_at, lineage)
      SELECT sha256(id::text::bytea), id, 1, 'e2e', substr(sha256('nonce'), 1, 12), sha256(id::text::bytea) || sha256('tag'),
        sha256('verifier'), substr(sha256('salt'), 1, 16), 19456, 2, 1, expires_at, lineage
      FROM made, database_lineage() AS lineage`;
    await restore();
  });
  await sql`VACUUM (ANALYZE) ttl_secrets`;
  await sql`VACUUM (ANALYZE) ttl_secret_payloads`;
}

/** The API's cursor of the row at this depth, newest first. */
export async function cursorAt({ sql }: Product, projectId: string, depth: number): Promise<string> {
  const [row] = await sql<[{ id: string; ms: number }?]>`
    SELECT id, (extract(epoch FROM created_at) * 1000)::float8 AS ms FROM ttl_secrets
    WHERE project_id = ${projectId} ORDER BY created_at DESC, id DESC OFFSET ${depth - 1} LIMIT 1`;
  if (!row) throw new Error("the project has fewer secrets");
  return Buffer.from(`${row.ms}:${row.id}`).toString("base64url");
}
