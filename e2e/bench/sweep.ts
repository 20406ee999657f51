/** The sweep of a million expired payloads, during reveals. */
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

/** Target: how much longer the 99th percentile of reveals may be. */
const MOST = 1.5;

/** Few enough not to queue for Argon2 on two cores, so that only the sweep can slow them down. */
const EFFORT = { concurrency: 4, ms: 3_000 };

/** Maximum number of reveals per round; each needs its own secret. */
const SECRETS = 240;

const ROUNDS = 5;

/** Connections that remove the rest after the reveals. */
const SWEEPERS = 2;

/**
 * Reveals with and without a sweep, taking turns; the rate of the sweep; and the size of the tables afterwards. The sweep runs
 * in a second process, which is suspended and resumed. Ends with nothing left to remove.
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
  const duringSweep = async () => {
    const { expired: from } = await tables(product);
    process.kill(replica.pid, "SIGCONT");
    const start = performance.now();
    const result = await reveal.run();
    process.kill(replica.pid, "SIGSTOP");
    const seconds = (performance.now() - start) / 1000;
    const { expired: to } = await tables(product);
    if (to === 0) throw new Error("the sweep ended before it was measured");
    rates.push((from - to) / seconds);
    return result;
  };
  const { without, during } = await takeTurns(
    { without: reveal, during: { ...reveal, run: duringSweep } },
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
  const p99 = (rounds: typeof during) => rounds.map((round) => round.p99 ?? Number.NaN);
  const ratio = ratioOf(p99(during), p99(without));
  const grew = (table: (typeof before)["payloads"]) =>
    `${table.mib} MiB, ${thousands(table.dead)} dead rows, autovacuumed ${table.vacuums} times`;
  return [
    {
      what: `reveal's p99 during the sweep, ${EFFORT.concurrency} concurrent`,
      measured: `${spreadText(spreadOf(p99(during)))} ms`,
      comparedWith: `without the sweep: ${spreadText(spreadOf(p99(without)))} ms`,
      ratio,
      target: atMost(ratio, MOST, "by time"),
    },
    {
      what: `sweep of ${thousands(before.expired)} expired payloads`,
      measured: `${spreadText(spreadOf(rates))} /s during reveals, ${perSecond.toFixed(0)} /s for the last ${thousands(left)}, by ${SWEEPERS} connections`,
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

/** Number of expired payloads, and the state of both tables, indexes included. */
async function tables({ sql }: Product): Promise<{ expired: number; payloads: Table; secrets: Table }> {
  const [{ expired }] = await sql<[{ expired: number }]>`
    SELECT count(*)::int AS expired FROM ttl_secret_payloads WHERE expires_at <= now()`;
  const [payloads, secrets] = await sql<[Table, Table]>`
    SELECT round(pg_total_relation_size(relid) / 1048576.0)::int AS mib, n_dead_tup::int AS dead, autovacuum_count::int AS vacuums
    FROM pg_stat_user_tables WHERE relname IN ('ttl_secret_payloads', 'ttl_secrets') ORDER BY relname`;
  return { expired, payloads, secrets };
}

/** Stores pending secrets with full-cost parameters. They share one hash. */
export async function storeSecrets(product: Product, count: number): Promise<Link[]> {
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
