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

/** What everything is measured with. */
export interface Measurement {
  product: Product;
  load: Worker<typeof LoadModule>;
  argon2: Worker<typeof RawArgon2>;
  sql: Worker<typeof RawSql>;
  stop(): Promise<void>;
}

/** Starts the processes beside the product. */
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

/** A process that serves as `bare-http.ts` does. */
export const startBareHttp = () => startWorker<typeof BareHttp>(pathOf("./bare-http.ts"));

/** How hard a path is tried. */
export interface Effort {
  concurrency: number;
  ms: number;
}

/**
 * A path of the product, as something to measure.
 *
 * @param asked is asked for at the start of each round: what can be used once only is different each time.
 * @param onAnswers gets what was answered, if anybody wants it.
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
