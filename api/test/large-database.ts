import type postgres from "postgres";
import type { Sender } from "./factories.ts";

/** Row counts of everything except the sender's own secrets and audit events. */
const OTHERS = 10_000;

/** Pending secrets of other projects, so that there are many payloads too. */
const OTHERS_PENDING = 20_000;

/** Rows that the sweep must find, per kind. */
const DUE = 500;

/**
 * Fills a database with SQL as years of use would: `size` secrets and audit events of one sender, one every ten seconds up
 * to now, and those of others. None of the secrets can be opened.
 */
export async function fillDatabase(
  sql: postgres.Sql,
  { projectId, vaultId }: Pick<Sender, "projectId" | "vaultId">,
  size: number,
): Promise<void> {
  await fillAccounts(sql);
  await fillSecrets(sql, projectId, size);
  await fillPending(sql);
  await fillDue(sql, projectId);
  await fillAudit(sql, { projectId, vaultId }, size);
  await sql`VACUUM (ANALYZE)`;
}

/** Adds ended secrets to the project, one every ten seconds up to now. */
export async function fillSecrets(sql: postgres.Sql, projectId: string, size: number): Promise<void> {
  await sql`
    INSERT INTO ttl_secrets (id, project_id, name, status, destroyed_reason, created_at, expires_at, ended_at, created_by,
      changed_at)
    SELECT gen_random_uuid(), ${projectId}, 'Password ' || md5(n::text), CASE WHEN n % 9 = 0 THEN 'destroyed' ELSE 'viewed' END,
      CASE WHEN n % 9 = 0 THEN 'wrong_passphrase' END, made, made + interval '1 hour', made + interval '5 minutes',
      'ada@example.com', made + interval '5 minutes'
    FROM generate_series(1, ${size}::int) AS n,
      LATERAL (SELECT now() - (${size}::int - n) * interval '10 seconds' AS made) AS at`;
}

async function fillAccounts(sql: postgres.Sql): Promise<void> {
  await sql`
    INSERT INTO users (id, name, email)
    SELECT 'user' || n, 'User ' || n, n || '@example.org' FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO credentials (id, account_id, provider_id, user_id)
    SELECT 'credential' || n, 'user' || n, 'credential', 'user' || n FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO sessions (id, token, user_id, expires_at)
    SELECT 'session' || n, 'token' || n, 'user' || n, now() + n * interval '1 minute' - make_interval(mins => ${DUE})
    FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO vaults (id, name, personal_of)
    SELECT 'vault_' || lpad(n::text, 24, '0'), 'Vault', 'user' || n FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO members (vault_id, user_id, role)
    SELECT 'vault_' || lpad(n::text, 24, '0'), 'user' || n, 'owner' FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO projects (id, vault_id, name)
    SELECT gen_random_uuid(), 'vault_' || lpad(n::text, 24, '0'), 'Project'
    FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO api_keys (id, vault_id, name, key_hash, scopes, created_by, expires_at)
    SELECT gen_random_uuid(), 'vault_' || lpad(n::text, 24, '0'), 'Bot', sha256(n::text::bytea),
      ARRAY['ttl-secrets:read'], 'ada@example.com', now() + interval '30 days'
    FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO rate_limits (key, points, expire)
    SELECT 'reveal:' || n, 1, now() + n * interval '1 second' - make_interval(secs => ${DUE})
    FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO auth_rate_limits (id, key, count, last_request)
    SELECT 'counter' || n, 'address ' || n, 1,
      (extract(epoch FROM now()) * 1000)::bigint - 3600000 + (n - ${DUE}::int) * 1000
    FROM generate_series(1, ${OTHERS}::int) AS n`;
  await sql`
    INSERT INTO create_attempts (digest, input_digest, attempt, last_attempt_at)
    SELECT sha256(n::text::bytea), sha256(n::text::bytea), 1,
      now() - interval '25 hours' + n * interval '1 minute' - make_interval(mins => ${DUE})
    FROM generate_series(1, ${OTHERS}::int) AS n`;
}

/** Adds pending secrets to the other projects; a few have passed their TTL and wait for the sweep. */
async function fillPending(sql: postgres.Sql): Promise<void> {
  await sql`
    WITH project AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM projects), made AS (
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
      SELECT gen_random_uuid(), p.id, 'Password ' || k, 'pending', ends - interval '1 day', ends, 'ada@example.com'
      FROM generate_series(1, ${OTHERS_PENDING}::int) AS k JOIN project p ON p.n = 1 + k % ${OTHERS}::int,
        LATERAL (SELECT now() + (k - ${DUE}::int) * interval '2 seconds' AS ends) AS at
      RETURNING id, expires_at
    )
    INSERT INTO ttl_secret_payloads (token_hash, secret_id, version, kid, nonce, ciphertext, verifier, salt,
      argon2_memory_kib, argon2_time_cost, argon2_parallelism, expires_at)
    SELECT sha256(id::text::bytea), id, 1, 'k1', substr(sha256('n'), 1, 12), sha256('c') || sha256('d'), sha256('v'),
      substr(sha256('s'), 1, 16), 19456, 2, 1, expires_at FROM made`;
}

/** Adds interrupted attempts, and ended secrets past their retention. */
async function fillDue(sql: postgres.Sql, projectId: string): Promise<void> {
  await sql`
    INSERT INTO ttl_secrets (id, project_id, name, status, destroyed_reason, created_at, expires_at, ended_at,
      attempted_from, created_by)
    SELECT gen_random_uuid(), ${projectId}, 'Cut off', 'destroyed', 'interrupted', now() - interval '1 hour',
      now() + interval '1 hour', now() - interval '2 minutes', '203.0.113.7', 'ada@example.com'
    FROM generate_series(1, ${DUE}::int)`;
  await sql`
    INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by, changed_at)
    SELECT gen_random_uuid(), ${projectId}, 'Long ago', 'expired', at, at + interval '1 hour', at + interval '1 hour',
      'ada@example.com', at + interval '1 hour'
    FROM generate_series(1, ${DUE}::int) AS n, LATERAL (SELECT now() - interval '4000 days' + n * interval '1 second' AS at) AS t`;
}

/**
 * Adds audit events, half of them of another project of the vault. They are not hashed one by one, which would take too
 * long; only the head of the chain is right.
 */
async function fillAudit(
  sql: postgres.Sql,
  { projectId, vaultId }: Pick<Sender, "projectId" | "vaultId">,
  size: number,
): Promise<void> {
  const [chain] = await sql<{ length: number }[]>`
    SELECT length::int AS length FROM audit_chains WHERE vault_id = ${vaultId}`;
  const start = chain?.length ?? 0;
  await sql`ALTER TABLE audit_events DISABLE TRIGGER audit_events_chain`;
  await sql`
    INSERT INTO audit_events (id, vault_id, project_id, action, at, source_ip, ttl_secret_id, ttl_secret_name, seq, hash)
    SELECT gen_random_uuid(), ${vaultId},
      CASE WHEN n % 2 = 0 THEN ${projectId}::uuid ELSE '00000000-0000-4000-8000-000000000000' END,
      'temporary_secret_viewed',
      now() - (${size}::int - n) * interval '10 seconds' - CASE WHEN n <= ${DUE}::int THEN interval '4000 days' ELSE '0' END,
      '203.0.113.7', gen_random_uuid(), 'Password ' || n, ${start}::int + n, sha256(n::text::bytea)
    FROM generate_series(1, ${size}::int) AS n`;
  await sql`ALTER TABLE audit_events ENABLE TRIGGER audit_events_chain`;
  await sql`
    INSERT INTO audit_chains (vault_id, length, head)
    VALUES (${vaultId}, ${start + size}, sha256(${String(size)}::text::bytea))
    ON CONFLICT (vault_id) DO UPDATE SET length = excluded.length, head = excluded.head`;
}
