import { fileURLToPath } from "node:url";
import type * as BareHttp from "./bare-http.ts";
import type * as LoadModule from "./load.ts";
import type { LoadResult } from "./load.ts";
import type { Product } from "./product.ts";
import type * as RawArgon2 from "./raw-argon2.ts";
import type * as RawSql from "./raw-sql.ts";
import type { Asked } from "./requests.ts";
import type { Contender } from "./turns.ts";
import { startWorker, type Worker } from "./worker.ts";

const pathOf = (module: string) => fileURLToPath(new URL(module, import.meta.url));

/** The product, the load generator and the workers that measure limits. */
export interface Measurement {
  product: Product;
  load: Worker<typeof LoadModule>;
  argon2: Worker<typeof RawArgon2>;
  sql: Worker<typeof RawSql>;
  stop(): Promise<void>;
}

/** Starts the load generator and the workers. */
export function startMeasurement(product: Product): Measurement {
  const load = startWorker<typeof LoadModule>(pathOf("./load.ts"));
  const argon2 = startWorker<typeof RawArgon2>(pathOf("./raw-argon2.ts"));
  const sql = startWorker<typeof RawSql>(pathOf("./raw-sql.ts"));
  return {
    product,
    load,
    argon2,
    sql,
    stop: async () => void (await Promise.all([load.stop(), argon2.stop(), sql.stop()])),
  };
}

/** Starts a worker with the functions of `bare-http.ts`. */
export const startBareHttp = () => startWorker<typeof BareHttp>(pathOf("./bare-http.ts"));

/** Load on a path: concurrent requests, and the duration of a round. */
export interface Effort {
  concurrency: number;
  ms: number;
}

/**
 * A path of the product as a contender.
 *
 * @param asked the request, or a function that returns a new one for each round, if it can be sent only once.
 * @param onAnswers gets the response bodies of each round.
 */
export function pathOn(
  { product, load }: Measurement,
  effort: Effort,
  asked: Asked | (() => Asked),
  onAnswers?: (answers: LoadResult["answers"]) => void,
): Contender {
  return {
    run: async () => {
      const { answers, ...result } = await load.call("load", {
        ...(typeof asked === "function" ? asked() : asked),
        ...effort,
        origin: product.url,
        keepsAnswers: onAnswers !== undefined,
      });
      onAnswers?.(answers);
      return result;
    },
    pids: product.pids,
    databasePids: product.databasePids,
  };
}
