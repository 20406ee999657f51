import { setTimeout } from "node:timers/promises";
import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";

/** How long `/readyz` waits for the database, in ms: less than the 5 s that probes of load balancers usually wait. */
const DATABASE_PATIENCE_MS = 3_000;

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
  /** The query in progress, which later requests wait for instead of occupying another connection. */
  #query: Promise<string | undefined> | undefined;

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

  /** Why the process is not ready, in words for the operator; empty if it is. Resolves within 3 s. */
  async problems(): Promise<string[]> {
    const { keyRing, sweep } = this.#deps;
    const problems = [
      this.#isStopping && "it is stopping",
      await this.#databaseProblem(),
      !keyRing.keys.has(keyRing.activeKid) && "no encryption key is loaded",
      !sweep.isRecent() && "no sweep has finished recently; see the log",
    ];
    return problems.filter((problem) => typeof problem === "string");
  }

  async #databaseProblem(): Promise<string | undefined> {
    this.#query ??= this.#askDatabase().finally(() => {
      this.#query = undefined;
    });
    const seconds = DATABASE_PATIENCE_MS / 1000;
    const patience = new AbortController();
    const silence = setTimeout(DATABASE_PATIENCE_MS, `the database has not answered for ${seconds} s`, {
      signal: patience.signal,
    });
    try {
      return await Promise.race([this.#query, silence]);
    } finally {
      patience.abort();
    }
  }

  async #askDatabase(): Promise<string | undefined> {
    const { db, log } = this.#deps;
    const problem = "the database is unreachable or not migrated";
    try {
      return (await isMigrated(db.sql)) ? undefined : problem;
    } catch (err) {
      log.warn({ err }, "not ready: the database query failed");
      return problem;
    }
  }
}
