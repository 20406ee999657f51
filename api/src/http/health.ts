import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";

interface HealthDeps {
  db: Database;
  log: Logger;
  keyRing: KeyRing;
  /** Whether a sweep finished recently. */
  sweep: { isRecent(): boolean };
}

/** Whether this process is ready for requests, as load balancers ask. */
export class Health {
  readonly #deps: HealthDeps;
  #isStopping = false;

  constructor(deps: HealthDeps) {
    this.#deps = deps;
  }

  /** True from the moment the process must stop. It continues to answer requests until they end. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Makes the process not ready, so that load balancers send requests elsewhere. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Why the process is not ready, in words for the operator; empty if it is. */
  async problems(): Promise<string[]> {
    const { keyRing, sweep } = this.#deps;
    const checks: [boolean, string][] = [
      [!this.#isStopping, "it is stopping"],
      [await this.#hasDatabase(), "the database is unreachable or not migrated"],
      [keyRing.keys.has(keyRing.activeKid), "no encryption key is loaded"],
      [sweep.isRecent(), "no sweep has finished recently; see the log"],
    ];
    return checks.filter(([isGood]) => !isGood).map(([, problem]) => problem);
  }

  async #hasDatabase(): Promise<boolean> {
    const { db, log } = this.#deps;
    try {
      return await isMigrated(db.sql);
    } catch (err) {
      log.warn({ err }, "not ready: the database query failed");
      return false;
    }
  }
}
