/**
 * CPU time of each layer between a socket and an empty GraphQL field. Servers built from the product's parts, each with one more
 * layer than the previous, take turns.
 */
import { fileURLToPath } from "node:url";
import { fixedAnswer } from "./fixed-answer.ts";
import { LAYERS, type Layer } from "./layer-names.ts";
import type * as LayerServer from "./layer-server.ts";
import type { Measurement } from "./measurement.ts";
import { type Asked, emptyField, emptyFieldOfClient } from "./requests.ts";
import { spreadOf } from "./statistics.ts";
import { type Row, spreadText } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";
import { startWorker } from "./worker.ts";

const EFFORT = { concurrency: 16, ms: 400 };
const ROUNDS = 5;

/** Requests that reach layers which an ordinary request skips. */
const ASKED: { [each in Layer]?: Asked } = {
  "parsing and validating, for any other document": emptyFieldOfClient,
};

/** Measures CPU time per request with each layer, and the increase. */
export async function layers(measurement: Measurement): Promise<Row[]> {
  const { product, load } = measurement;
  const answer = await fixedAnswer(product.url, emptyField);
  const path = fileURLToPath(new URL("./layer-server.ts", import.meta.url));
  const workers = LAYERS.map((name) => ({ name, worker: startWorker<typeof LayerServer>(path) }));
  const contenders: Record<string, Contender> = {};
  for (const { name, worker } of workers) {
    const port = await worker.call("serveLayers", name, answer);
    contenders[name] = {
      run: () =>
        load.call("load", { ...(ASKED[name] ?? emptyField), ...EFFORT, origin: `http://127.0.0.1:${port}` }),
      pids: () => [worker.pid],
    };
  }
  const done = await takeTurns(contenders, ROUNDS, { warmUps: 2 });
  await Promise.all(workers.map(({ worker }) => worker.stop()));
  let before = 0;
  return Object.entries(done).map(([name, rounds]) => {
    const micros = spreadOf(rounds.map(({ cpu }) => cpu * 1000));
    const more = micros.median - before;
    before = micros.median;
    return {
      what: `layer: ${name}`,
      measured: `${spreadText(micros)} µs of CPU, ${more > 0 ? "+" : ""}${more.toFixed(0)} µs`,
    };
  });
}
