/** The sweep of a million expired payloads, beside reveals. */
import { ARGON2_PARAMETERS } from "../../api/src/crypto/argon2.ts";
import { connect } from "../../api/src/db/client.ts";
import { hashedPassphrase, keyRingOf, storePending } from "../consistency/pending-secret.ts";
import { type Measurement, pathOn } from "./measurement.ts";
import type { Product } from "./product.ts";
import { type Link, revealRight } from "./requests.ts";
import { addProject, fill } from "./seed.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";

const PAYLOADS = 1_000_000;

/** How much longer the slowest hundredth of the reveals may take. */
const MOST = 1.5;

/** Fewer than the slots of two cores and their queue: what is slow is slow because of the sweep. */
const EFFORT = { concurrency: 4, ms: 3_000 };

/** Reveals in a round at most: each needs a secret of its own. */
const SECRETS = 240;

const ROUNDS = 5;

/** Connections that remove what is left when the reveals are through. */
const SWEEPERS = 2;

/**
 * How reveals do without the sweep and beside it, in turn, how fast it is, and what it leaves of the tables. The sweep is
 * that of a second process, which is stopped and let go on. Ends with nothing left to remove.
 */
export async function sweep(measurement: Measurement): Promise<Row[]> {
  const { product, sql } = measurement;
  const { expired } = await tables(product);
  if (expired < PAYLOADS) await fill(product, await addProject(product), PAYLOADS - expired);
  const secrets = await storeSecrets(product, SECRETS * 2 * ROUNDS);
  const before = await tables(product);
  const replica = await product.startReplica({ SWEEP_INTERVAL_SECONDS: "1" });
  process.kill(replica.pid, "SIGSTOP");
  const reveal: Contender = pathOn(measurement, EFFORT, () => revealRight(secrets.splice(0, SECRETS)));
  const rates: number[] = [];
  const besideSweep = async () => {
    const { expired: from } = await tables(product);
    process.kill(replica.pid, "SIGCONT");
    const start = performance.now();
    const result = await reveal.run();
    process.kill(replica.pid, "SIGSTOP");
    const seconds = (performance.now() - start) / 1000;
    const { expired: to } = await tables(product);
    if (to === 0) throw new Error("the sweep was over before it was measured");
    rates.push((from - to) / seconds);
    return result;
  };
  const { without, beside } = await takeTurns(
    { without: reveal, beside: { ...reveal, run: besideSweep } },
    ROUNDS,
    { warmUps: 0 },
  );
  process.kill(replica.pid, "SIGCONT");
  await replica.stop();
  const { expired: left } = await tables(product);
  const { perSecond } = await sql.call("sweep", {
    databaseUrl: product.databaseUrl,
    concurrency: SWEEPERS,
  });
  const after = await tables(product);
  const p99 = (rounds: typeof beside) => rounds.map((round) => round.p99 ?? Number.NaN);
  const ratio = ratioOf(p99(beside), p99(without));
  const grew = (table: (typeof before)["payloads"]) =>
    `${table.mib} MiB, ${thousands(table.dead)} rows dead, ${table.vacuums} times autovacuumed`;
  return [
    {
      what: `reveal's p99 beside the sweep, ${EFFORT.concurrency} at a time`,
      measured: `${spreadText(spreadOf(p99(beside)))} ms`,
      beside: `without the sweep: ${spreadText(spreadOf(p99(without)))} ms`,
      ratio,
      target: atMost(ratio, MOST, "by time"),
    },
    {
      what: `sweep of ${thousands(before.expired)} expired payloads`,
      measured: `${spreadText(spreadOf(rates))} /s beside reveals, ${perSecond.toFixed(0)} /s over the last ${thousands(left)}, by ${SWEEPERS} connections at once`,
    },
    ...(["payloads", "secrets"] as const).map((name) => ({
      what: `table of ${name}, before the sweep`,
      measured: `${grew(before[name])}; after: ${grew(after[name])}`,
    })),
  ];
}

const thousands = (count: number) => count.toLocaleString("en");

interface Table {
  mib: number;
  dead: number;
  vacuums: number;
}

/** How much is to be removed, and what state the two tables are in, indexes included. */
async function tables({ sql }: Product): Promise<{ expired: number; payloads: Table; secrets: Table }> {
  const [{ expired }] = await sql<[{ expired: number }]>`
    SELECT count(*)::int AS expired FROM ttl_secret_payloads WHERE expires_at <= now()`;
  const [payloads, secrets] = await sql<[Table, Table]>`
    SELECT round(pg_total_relation_size(relid) / 1048576.0)::int AS mib, n_dead_tup::int AS dead, autovacuum_count::int AS vacuums
    FROM pg_stat_user_tables WHERE relname IN ('ttl_secret_payloads', 'ttl_secrets') ORDER BY relname`;
  return { expired, payloads, secrets };
}

/** Pending secrets at full cost, of which one hash is run for all. */
async function storeSecrets(product: Product, count: number): Promise<Link[]> {
  const db = connect(product.databaseUrl);
  const ring = keyRingOf(product.keys);
  const hashed = await hashedPassphrase(ARGON2_PARAMETERS);
  const links: Link[] = [];
  while (links.length < count) {
    const batch = Array.from({ length: 20 }, () => storePending(db, ring, product.sender, { hashed }));
    links.push(...(await Promise.all(batch)));
  }
  await db.close();
  return links.map(({ vaultId, token, passphrase }) => ({ vaultId, token, passphrase }));
}
