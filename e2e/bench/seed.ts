import { randomUUID } from "node:crypto";
import { bareTables } from "./bare-tables.ts";
import type { Product } from "./product.ts";

/** A new, empty project of the sender's. */
export async function addProject({ sql, sender }: Product): Promise<string> {
  const id = randomUUID();
  await sql`INSERT INTO projects (id, vault_id, name) VALUES (${id}, ${sender.vaultId}, 'Seeded')`;
  return id;
}

/**
 * Fills a project up to so many secrets, with payloads that nothing opens. They were made within the last day, the first
 * one first, 50 ms apart, and the TTL of each ended an hour later: they read as expired, and are the sweep's to remove.
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

/** The cursor of the row that so many newer ones stand before, as the API gives it out. */
export async function cursorAt({ sql }: Product, projectId: string, depth: number): Promise<string> {
  const [row] = await sql<[{ id: string; ms: number }?]>`
    SELECT id, (extract(epoch FROM created_at) * 1000)::float8 AS ms FROM ttl_secrets
    WHERE project_id = ${projectId} ORDER BY created_at DESC, id DESC OFFSET ${depth - 1} LIMIT 1`;
  if (!row) throw new Error("the project is not that deep");
  return Buffer.from(`${row.ms}:${row.id}`).toString("base64url");
}
