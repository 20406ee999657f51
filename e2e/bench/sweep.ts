/** The sweep of a million expired payloads, beside reveals. */
import { ARGON2_PARAMETERS } from "../../api/src/crypto/argon2.ts";
import { connect } from "../../api/src/db.ts";
import { hashedPassphrase, keyRingOf, storePending } from "../one-shot/pending-secret.ts";
import { type Measurement, pathOn } from "./measurement.ts";
import type { Product } from "./product.ts";
import { type Link, revealRight } from "./requests.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { type Contender, type Round, takeTurns } from "./turns.ts";

/** How much longer the slowest hundredth of the reveals may take. */
const MOST = 1.5;

/** Fewer than the slots of two cores and their queue: what is slow is slow because of the sweep. */
const EFFORT = { concurrency: 4, ms: 5_000 };

/** Reveals in a round at most: each needs a secret of its own. */
const SECRETS = 500;

const ROUNDS = 3;

/** How reveals do without the sweep and beside it, and how long the sweep takes. Ends with nothing left to remove. */
export async function sweep(measurement: Measurement): Promise<Row[]> {
  const { product } = measurement;
  const rounds = async (): Promise<Round[]> => {
    const secrets = await storeSecrets(product, SECRETS * ROUNDS);
    const reveal: Contender = pathOn(measurement, EFFORT, () => revealRight(secrets.splice(0, SECRETS)));
    return (await takeTurns({ reveal }, ROUNDS, { isWarm: true })).reveal;
  };
  const without = await rounds();
  const before = await payloads(product);
  const start = performance.now();
  await product.restart({ SWEEP_INTERVAL_SECONDS: "1" });
  const beside = await rounds();
  const after = await payloads(product);
  if (after.expired === 0) throw new Error("the sweep was over before it was measured");
  const perSecond = (before.expired - after.expired) / ((performance.now() - start) / 1000);
  while ((await payloads(product)).expired > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  const seconds = (performance.now() - start) / 1000;
  const end = await payloads(product);
  const p99 = (each: Round[]) => each.map((round) => round.p99 ?? Number.NaN);
  const ratio = ratioOf(p99(beside), p99(without));
  return [
    {
      what: "reveal's 99th percentile beside the sweep, 4 at a time",
      measured: `${spreadText(spreadOf(p99(beside)))} ms`,
      beside: "without the sweep",
      ratio,
      target: atMost(ratio.median, MOST),
    },
    {
      what: `sweep of ${before.expired.toLocaleString("en")} payloads`,
      measured: `${seconds.toFixed(0)} s, ${perSecond.toFixed(0)}/s beside reveals; table ${before.mib} MiB before, ${end.mib} MiB after`,
    },
  ];
}

async function payloads({ sql }: Product): Promise<{ expired: number; mib: number }> {
  const [row] = await sql<[{ expired: number; mib: number }]>`
    SELECT count(*) FILTER (WHERE expires_at <= now())::int AS expired,
      round(pg_total_relation_size('ttl_secret_payloads') / 1048576.0)::int AS mib FROM ttl_secret_payloads`;
  return row;
}

/** Pending secrets at full cost, of which one hash is run for all. */
async function storeSecrets(product: Product, count: number): Promise<Link[]> {
  const db = connect(product.databaseUrl);
  const ring = keyRingOf(product.keys);
  const hashed = await hashedPassphrase(ARGON2_PARAMETERS);
  const links: Link[] = [];
  while (links.length < count) {
    const batch = Array.from({ length: 10 }, () => storePending(db, ring, product.sender, { hashed }));
    links.push(...(await Promise.all(batch)));
  }
  await db.close();
  return links.map(({ vaultId, token, passphrase }) => ({ vaultId, token, passphrase }));
}
