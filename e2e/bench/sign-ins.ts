/** Reveals during a flood of sign-ins, which hash passwords with the same cores. */
import { fileURLToPath } from "node:url";
import { type Measurement, pathOn } from "./measurement.ts";
import { revealRight } from "./requests.ts";
import type * as SignInLoad from "./sign-in-load.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { storeSecrets } from "./sweep.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";
import { startWorker } from "./worker.ts";

const PER_SECOND = 300;

/** Target: how much longer the 99th percentile of reveals may be. No reveal may be refused: that ends the run. */
const MOST = 1.5;

const EFFORT = { concurrency: 4, ms: 3_000 };

/** Maximum number of reveals per round; each needs its own secret. */
const SECRETS = 240;

const ROUNDS = 5;

/** Reveals with and without the flood, taking turns. */
export async function signIns(measurement: Measurement): Promise<Row[]> {
  const { product } = measurement;
  await product.restart({ TRUSTED_PROXIES: "127.0.0.1,::1" });
  const attacker = startWorker<typeof SignInLoad>(
    fileURLToPath(new URL("./sign-in-load.ts", import.meta.url)),
  );
  const secrets = await storeSecrets(product, SECRETS * 2 * (ROUNDS + 1));
  const reveal: Contender = pathOn(measurement, EFFORT, () => revealRight(secrets.splice(0, SECRETS)));
  const statuses = new Map<string, number>();
  const duringFlood = async () => {
    const { url: origin, sender } = product;
    const flood = attacker.call("flood", {
      origin,
      email: sender.email,
      perSecond: PER_SECOND,
      ms: EFFORT.ms,
    });
    const result = await reveal.run();
    for (const [status, count] of Object.entries((await flood).statuses)) {
      statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
    return result;
  };
  try {
    const { without, during } = await takeTurns(
      { without: reveal, during: { ...reveal, run: duringFlood } },
      ROUNDS,
    );
    const p99 = (rounds: typeof during) => rounds.map((round) => round.p99 ?? Number.NaN);
    const ratio = ratioOf(p99(during), p99(without));
    const answered = [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");
    return [
      {
        what: `reveal's p99 during ${PER_SECOND} sign-ins a second, ${EFFORT.concurrency} concurrent`,
        measured: `${spreadText(spreadOf(p99(during)))} ms, none refused; sign-ins: ${answered}`,
        comparedWith: `without them: ${spreadText(spreadOf(p99(without)))} ms`,
        ratio,
        target: atMost(ratio, MOST, "by time"),
      },
    ];
  } finally {
    await attacker.stop();
    await product.restart();
  }
}
