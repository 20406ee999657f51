/**
 * What a month leaves in the database, and whether anything grows without bound: the product's tables, triggers, sweep and
 * retention on a real PostgreSQL, with a simulated clock. Every simulated hour creates and ends the secrets of an hour, with
 * the same rows and row versions that the API writes, and runs the sweep.
 *
 * Prints the sizes of the tables. Exits with 1 if a table grows that should stay level.
 * Run: node e2e/bench/month.ts [secrets a day] [days] [RETENTION_DAYS] [AUDIT_RETENTION_DAYS]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../api/src/db/client.ts";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { sweepOnce } from "../../api/src/jobs/sweep.ts";
import { RateLimits } from "../../api/src/shared/rate-limit.ts";
import { noRollbackGuard } from "../../api/test/no-rollback-guard.ts";
import { UNSYNCED } from "../../api/test/unsynced.ts";
import { migrate } from "../../drizzle/migrate.ts";

const [perDay = 10_000, days = 30, secretDays = 365, auditDays] = process.argv.slice(2).map(Number);

/** The rate that results are extrapolated to. */
const TARGET_PER_DAY = 100_000;

const HOUR_MS = 3_600_000;

/** Number of vaults, each with one project, and of people, who sign in once a day. */
const VAULTS = 200;

/** Client addresses per hour, each with its own counter. */
const ADDRESSES_PER_HOUR = 500;

/** A value of 100 bytes (a long password, or a connection string) plus the 16-byte tag. */
const CIPHERTEXT_BYTES = 116;

/** Tolerance of a level table, for noise and the free space it keeps. */
const LEVEL = { factor: 1.25, bytes: 1 << 20 };

const say = (line = "") => process.stdout.write(`${line}\n`);

/** Offset of the simulated clock, in this process and in the database. */
let aheadMs = 0;
const TrueDate = globalThis.Date;
globalThis.Date = class extends TrueDate {
  // Only the form without arguments reads the clock.
  constructor(...args: []) {
    if (args.length === 0) super(TrueDate.now() + aheadMs);
    else super(...args);
  }
  static override now(): number {
    return TrueDate.now() + aheadMs;
  }
} as DateConstructor;

const dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-month-"));
const server = await startEmbeddedPostgres({
  dataDir,
  // A day takes seconds here, so autovacuum must run every second instead of every minute.
  settings: {
    ...UNSYNCED,
    autovacuum_naptime: "1s",
    autovacuum_vacuum_cost_delay: "0",
    max_wal_size: "4GB",
  },
});
await migrate(server.url);

const setUp = connect(server.url, 1);
/**
 * These functions shadow PostgreSQL's own in the product's statements and triggers, which do not name the schema.
 */
await setUp.sql.unsafe(`
  CREATE SCHEMA ahead;
  CREATE TABLE ahead.clock (by interval NOT NULL);
  INSERT INTO ahead.clock VALUES ('0');
  CREATE FUNCTION ahead.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT pg_catalog.now() + by FROM ahead.clock';
  CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + by FROM ahead.clock';
  ALTER TABLE audit_events ALTER at SET DEFAULT ahead.now();
  ALTER TABLE create_attempts ALTER last_attempt_at SET DEFAULT ahead.now();
  ALTER ROLE CURRENT_USER SET search_path = ahead, pg_catalog, public;`);
await setUp.sql`
  INSERT INTO users (id, name, email)
  SELECT 'user ' || n, 'Ada', 'ada' || n || '@example.com' FROM generate_series(1, ${VAULTS}) AS n`;
await setUp.sql`
  INSERT INTO vaults (id, name, personal_of)
  SELECT 'vault_' || lpad(n::text, 24, '0'), 'Vault', 'user ' || n FROM generate_series(1, ${VAULTS}) AS n`;
await setUp.sql`
  INSERT INTO projects (id, vault_id, name)
  SELECT gen_random_uuid(), id, 'Payments' FROM vaults`;
await setUp.close();

// The new search path applies to new connections.
const db = connect(server.url, 2);
const { sql } = db;
const rateLimits = new RateLimits(db, 1);

/** Sets the database's clock to that of this process. */
const setClock = () => sql`UPDATE ahead.clock SET by = make_interval(secs => ${aheadMs / 1000}::float8)`;

/** Creates the secrets of an hour, with TTLs from one minute to a day, a third of them with an idempotency key. */
async function create(count: number): Promise<void> {
  await sql`
    WITH fresh AS MATERIALIZED (
      SELECT gen_random_uuid() AS id, p.id AS project_id, p.vault_id, n, now()::timestamptz(3) AS at,
        now()::timestamptz(3) + make_interval(secs => 60 + (n * 7919) % 86340) AS until
      FROM generate_series(1, ${count}) AS n
      JOIN (SELECT id, vault_id, row_number() OVER () - 1 AS place FROM projects) p ON p.place = n % ${VAULTS}
    ), secrets AS (
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by, changed_at)
      SELECT id, project_id, 'Database password of ' || n, 'pending', at, until, 'ada@example.com', at FROM fresh
    ), payloads AS (
      INSERT INTO ttl_secret_payloads (token_hash, secret_id, version, kid, nonce, ciphertext, verifier, salt,
        argon2_memory_kib, argon2_time_cost, argon2_parallelism, expires_at)
      SELECT sha256(id::text::bytea), id, 1, 'k1', substr(sha256(id::text::bytea), 1, 12),
        decode(repeat(md5(id::text), ${Math.ceil(CIPHERTEXT_BYTES / 16)}), 'hex'), sha256(id::text::bytea),
        substr(sha256(id::text::bytea), 1, 16), 19456, 2, 1, until FROM fresh
    ), attempts AS (
      INSERT INTO create_attempts (digest, input_digest, attempt, secret_id)
      SELECT sha256(id::text::bytea), sha256(id::text::bytea), 1, id FROM fresh WHERE n % 3 = 0
    )
    INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_id, ttl_secret_name)
    SELECT gen_random_uuid(), vault_id, project_id, 'temporary_secret_create', '203.0.113.7', 'ada@example.com', id,
      'Database password of ' || n FROM fresh`;
}

/** Ends the secrets of an hour: 80 % are viewed, 5 % destroyed by a wrong passphrase, 3 % revoked; the rest expire. */
async function end(): Promise<void> {
  // The claim leaves one version of each row, the settlement another.
  await sql`
    WITH claimed AS (
      DELETE FROM ttl_secret_payloads
      WHERE expires_at > now() AND get_byte(token_hash, 0) < 256 * 88 / 100 RETURNING secret_id
    )
    UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
      attempted_from = '198.51.100.7'
    WHERE id IN (SELECT secret_id FROM claimed)`;
  await sql`
    WITH settled AS (
      UPDATE ttl_secrets s SET attempted_from = NULL, ended_at = now(),
        status = CASE WHEN share < 91 THEN 'viewed' WHEN share < 97 THEN 'destroyed' ELSE 'revoked' END,
        destroyed_reason = CASE WHEN share >= 91 AND share < 97 THEN 'wrong_passphrase' END
      FROM (SELECT id, get_byte(sha256(id::text::bytea), 1) * 100 / 256 AS share
        FROM ttl_secrets WHERE attempted_from IS NOT NULL) AS of
      WHERE s.id = of.id RETURNING s.id, s.project_id, s.name, s.status
    )
    INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_id, ttl_secret_name)
    SELECT gen_random_uuid(), p.vault_id, s.project_id,
      CASE s.status WHEN 'viewed' THEN 'temporary_secret_viewed' WHEN 'revoked' THEN 'temporary_secret_revoked'
        ELSE 'temporary_secret_failed' END,
      '198.51.100.7', CASE s.status WHEN 'revoked' THEN 'ada@example.com' END, s.id, s.name
    FROM settled s JOIN projects p ON p.id = s.project_id`;
}

/** Other rows of an hour: rate-limit counters, and sessions of seven days (better-auth's default). */
async function visit(hour: number): Promise<void> {
  const at = Date.now();
  await sql`
    INSERT INTO rate_limits (key, points, expire)
    SELECT 'reveal:' || ${hour}::int || '.' || n, 1, ${new Date(at + 60_000).toISOString()}::timestamptz
    FROM generate_series(1, ${ADDRESSES_PER_HOUR}) AS n`;
  await sql`
    INSERT INTO auth_rate_limits (id, key, count, last_request)
    SELECT gen_random_uuid()::text, ${hour}::int || '.' || n, 1, ${at}::float8
    FROM generate_series(1, ${ADDRESSES_PER_HOUR}) AS n`;
  if (hour % 24 === 9) {
    await sql`
      INSERT INTO sessions (id, token, user_id, expires_at)
      SELECT gen_random_uuid()::text, gen_random_uuid()::text, id, now() + interval '7 days' FROM users`;
  }
}

interface Size {
  table: string;
  rows: number;
  heap: number;
  indexes: number;
}

async function sizes(): Promise<Size[]> {
  const tables = await sql<{ table: string; heap: number; indexes: number }[]>`
    SELECT relname AS table, pg_table_size(oid)::float8 AS heap, pg_indexes_size(oid)::float8 AS indexes
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`;
  const counted: Size[] = [];
  for (const row of tables) {
    const [{ rows }] = await sql<
      [{ rows: number }]
    >`SELECT count(*)::int AS rows FROM public.${sql(row.table)}`;
    counted.push({ ...row, rows });
  }
  return counted;
}

const mib = (bytes: number) => (bytes / (1 << 20)).toFixed(1);

function print(day: number, measured: readonly Size[]): void {
  say(`\nafter day ${day}, at ${perDay} secrets a day`);
  say("table                      rows   table MiB  indexes MiB");
  for (const { table, rows, heap, indexes } of measured) {
    say(
      `${table.padEnd(20)} ${String(rows).padStart(10)} ${mib(heap).padStart(11)} ${mib(indexes).padStart(12)}`,
    );
  }
  const total = measured.reduce((sum, { heap, indexes }) => sum + heap + indexes, 0);
  say(`${"total".padEnd(44)} ${mib(total).padStart(11)}`);
}

/** Days after which a table must stop growing; undefined if its rows are kept forever. */
const LEVEL_AFTER: Readonly<Record<string, number | undefined>> = {
  ttl_secret_payloads: 2,
  create_attempts: 3,
  sessions: 8,
  rate_limits: 1,
  auth_rate_limits: 1,
  database_watch: 1,
  audit_chains: 1,
  audit_chain_starts: auditDays === undefined ? 1 : auditDays + 1,
  ttl_secrets: secretDays + 2,
  audit_events: auditDays === undefined ? undefined : auditDays + 1,
};

const retention = { secretDays, auditDays };
const startedAt = performance.now();
/** First size of each table after it should have stopped growing. */
const level = new Map<string, Size>();
const grown: string[] = [];
for (let hour = 0; hour < days * 24; hour++) {
  aheadMs = hour * HOUR_MS;
  await setClock();
  await create(Math.round(perDay / 24));
  await visit(hour);
  // Half an hour later.
  aheadMs += HOUR_MS / 2;
  await setClock();
  await end();
  await sweepOnce({ db, rateLimits, rollbackGuard: noRollbackGuard, retention });
  const day = (hour + 1) / 24;
  const isLast = day === days;
  if (day % 5 !== 0 && !isLast) continue;
  const measured = await sizes();
  if (day % 10 === 0 || isLast) print(day, measured);
  for (const size of measured) {
    const { table, heap, indexes } = size;
    const after = LEVEL_AFTER[table];
    if (after === undefined || day < after) continue;
    const first = level.get(table);
    if (!first) level.set(table, size);
    else if (isLast && heap + indexes > (first.heap + first.indexes) * LEVEL.factor + LEVEL.bytes) {
      grown.push(`${table}: ${mib(first.heap + first.indexes)} MiB, then ${mib(heap + indexes)}`);
    }
  }
}

say(
  `\n${days} days in ${((performance.now() - startedAt) / 1000).toFixed(0)} s; RETENTION_DAYS=${secretDays}, AUDIT_RETENTION_DAYS ${auditDays ?? "unset"}`,
);
if (perDay !== TARGET_PER_DAY) {
  say(
    `at ${TARGET_PER_DAY} a day, extrapolated: secrets and events take ${TARGET_PER_DAY / perDay} times as much`,
  );
}
const last = await sizes();
for (const { table, rows, heap, indexes } of last.filter(({ table }) =>
  /^(ttl_secrets|audit_events)$/.test(table),
)) {
  say(`${table}: ${((heap + indexes) / rows).toFixed(0)} bytes per row, indexes included`);
}
say(grown.length === 0 ? "No table grows that should stay level." : `GROWS ${grown.join("; ")}`);
process.exitCode = grown.length === 0 ? 0 : 1;

await db.close();
await server.stop();
await rm(dataDir, { recursive: true, force: true });
