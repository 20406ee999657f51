import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";

interface HealthDeps {
  db: Database;
  log: Logger;
  keyRing: KeyRing;
  /** Whether the sweep has lately been through. */
  sweep: { isRecent(): boolean };
}

/** Whether this process is to be sent requests. */
export class Health {
  readonly #deps: HealthDeps;
  #isStopping = false;

  constructor(deps: HealthDeps) {
    this.#deps = deps;
  }

  /** True from the moment the process was asked to stop. It goes on answering until nobody asks any more. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** From now on not ready any more, so that whoever hands out requests sends them elsewhere. */
  stop(): void {
    this.#isStopping = true;
  }

  /** What keeps requests from being served, in words for an operator; empty when they can be. */
  async problems(): Promise<string[]> {
    const { keyRing, sweep } = this.#deps;
    const checks: [boolean, string][] = [
      [!this.#isStopping, "it is stopping"],
      [await this.#hasDatabase(), "the database is unreachable or not migrated"],
      [keyRing.keys.has(keyRing.activeKid), "no encryption key is loaded"],
      [sweep.isRecent(), "the sweep has not been through for a while; see the log"],
    ];
    return checks.filter(([isGood]) => !isGood).map(([, problem]) => problem);
  }

  async #hasDatabase(): Promise<boolean> {
    const { db, log } = this.#deps;
    try {
      return await isMigrated(db.sql);
    } catch (err) {
      log.warn({ err }, "not ready: the database can't be asked");
      return false;
    }
  }
}
