import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { Database } from "./db.ts";
import type { Logger } from "./log.ts";

/** Whether requests can be served: the database answers and has this code's schema. */
export async function isReady({ db, log }: { db: Database; log: Logger }): Promise<boolean> {
  try {
    return await isMigrated(db.sql);
  } catch (err) {
    log.warn({ err }, "not ready: the database can't be asked");
    return false;
  }
}
