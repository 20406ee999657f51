/**
 * The cost of the audit log's hash chain: events per second with and without its trigger, taking turns on one database. One
 * case writes to a single vault, where each event waits for the one before; the other spreads events over several.
 *
 * Run: node e2e/bench/audit-chain.ts [rounds]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { migrate } from "../../drizzle/migrate.ts";

const ROUNDS = Number(process.argv[2] ?? 5);

/** Duration of a round. */
const ROUND_MS = 2_000;

/** Concurrent connections that store events, as in a busy process. */
const WRITERS = 8;

const dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-chain-"));
const database = await startEmbeddedPostgres({ dataDir });
await migrate(database.url);
const sql = postgres(database.url, { max: WRITERS, onnotice: () => {} });
const vaults = Array.from({ length: WRITERS }, (_, n) => `vault_${String(n).padStart(24, "0")}`);
for (const id of vaults) await sql`INSERT INTO vaults (id, name) VALUES (${id}, 'V')`;
// Sequence numbers that the chain never reaches, for unchained events.
await sql`CREATE SEQUENCE unchained START 1000000000`;

/** Stores events for one round, each in its own transaction. Returns the events per second. */
async function eventsPerSecond(vaultOf: (writer: number) => string): Promise<number> {
  const end = performance.now() + ROUND_MS;
  const counts = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      let stored = 0;
      for (; performance.now() < end; stored++) {
        await sql`
          INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_name, seq, hash)
          VALUES (gen_random_uuid(), ${vaultOf(writer)}, gen_random_uuid(), 'temporary_secret_create', '203.0.113.7',
            'ada@example.com', 'Database password', nextval('unchained'), sha256('x'))`;
      }
      return stored;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / (ROUND_MS / 1_000);
}

const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const cases = {
  "one vault": () => vaults[0] ?? "",
  [`${WRITERS} vaults`]: (writer: number) => vaults[writer] ?? "",
};
process.stdout.write(
  `audit events per second, ${WRITERS} connections, median of ${ROUNDS} rounds of ${ROUND_MS / 1_000} s:\n`,
);
for (const [name, vaultOf] of Object.entries(cases)) {
  const rates = { chained: [] as number[], unchained: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ["chained", "unchained"] as const) {
      await sql.unsafe(
        `ALTER TABLE audit_events ${kind === "chained" ? "ENABLE" : "DISABLE"} TRIGGER audit_events_chain`,
      );
      rates[kind].push(await eventsPerSecond(vaultOf));
    }
  }
  const [chained, unchained] = [median(rates.chained), median(rates.unchained)];
  process.stdout.write(
    `  ${name}: ${chained.toFixed(0)} with the chain, ${unchained.toFixed(0)} without: ${((chained / unchained) * 100).toFixed(0)} %\n`,
  );
}

await sql.end();
await database.stop();
await rm(dataDir, { recursive: true, force: true });
