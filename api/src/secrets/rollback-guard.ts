import type { Database } from "../db/client.ts";
import type { Batches } from "../jobs/batches.ts";
import type { Logger } from "../logging/log.ts";
import { destroyPending } from "./destroy-pending.ts";
import {
  currentWatermark,
  recordHeartbeat,
  startGeneration,
  type Watermark,
} from "./rollback-guard-store.ts";
import { lockPayloads } from "./secret-store.ts";
import { readWatermarks, writeWatermarks } from "./watermark-file.ts";

/** Actor and reason in the audit log of what no person did. */
const BY_SERVER = { actor: "server", reason: "database_restored" } as const;

/** Sentinel used when the `database_watch` row is missing; never equals a real watermark. */
const NOWHERE: Watermark = { lineage: "", generation: 0, beat: 0, xid: 0 };

/** What a reveal, the sweep and the server require, so that none of them runs unguarded. */
export interface RollbackGuard {
  /** The watermark that a claim must find the database at or past; undefined trusts any database. */
  readonly seen: Watermark | undefined;
  /** Raises the watermark. */
  observe(mark: Watermark): void;
  /**
   * Compares the database with the watermark and destroys what may no longer be revealed. Safe to call at any time, in
   * any number of processes. `signal` ends only the destruction of foreign payloads, which can't be claimed anyway.
   *
   * @throws the driver's error when the database can't be asked. A claim that was refused before stays refused.
   */
  check(options?: Pick<Batches, "signal">): Promise<void>;
}

interface RollbackGuardDeps {
  db: Database;
  log: Logger;
  /** The file that keeps the watermarks across restarts; undefined: none. */
  file: string | undefined;
}

/** Opens the guard of a database and checks it once. @throws the driver's error when the database can't be asked. */
export async function openRollbackGuard(deps: RollbackGuardDeps): Promise<RollbackGuard> {
  const guard = new WatermarkGuard(deps, deps.file ? await readWatermarks(deps.file) : new Map());
  await guard.check();
  return guard;
}

/**
 * Prevents a second reveal from an old copy of the database: a standby promoted without the last commits, a restored
 * backup, a copy of the files. There are two signs:
 *
 * - A payload names the lineage in which it was stored. A promotion, a recovery from an archive and a loaded dump each
 *   start another lineage, so a foreign payload can't be claimed from the first moment on. `check` then ends its secret.
 * - Restored files have the same lineage but are behind the watermark. The claim refuses then, and `check` destroys
 *   everything pending before anything can be claimed again.
 */
class WatermarkGuard implements RollbackGuard {
  readonly #deps: RollbackGuardDeps;
  /** By lineage, the one observed last at the end. */
  #marks: Map<string, Watermark>;
  #seen: Watermark | undefined;

  constructor(deps: RollbackGuardDeps, marks: Map<string, Watermark>) {
    this.#deps = deps;
    this.#marks = marks;
  }

  /** The watermark of the lineage observed last. */
  get seen(): Watermark | undefined {
    return this.#seen;
  }

  observe(mark: Watermark): void {
    const known = this.#marks.get(mark.lineage);
    const isNew = !known || mark.generation > known.generation;
    const isOld = known && mark.generation < known.generation;
    const next = isNew
      ? mark
      : isOld
        ? known
        : { ...mark, beat: Math.max(mark.beat, known.beat), xid: Math.max(mark.xid, known.xid) };
    // Deleted first, so that it moves to the end.
    this.#marks.delete(mark.lineage);
    this.#marks.set(mark.lineage, next);
    this.#seen = next;
  }

  async check({ signal }: Pick<Batches, "signal"> = {}): Promise<void> {
    const { db, log } = this.#deps;
    const foreign = await destroyPending(db, { which: "foreign", ...BY_SERVER }, { signal });
    if (foreign > 0) {
      log.warn(
        { destroyed: foreign },
        "the database was restored or failed over: pending secrets were destroyed",
      );
    }
    const current = await currentWatermark(db);
    const seen = current ? this.#marks.get(current.lineage) : NOWHERE;
    let mark = current && (await recordHeartbeat(db, seen));
    if (!mark && seen) {
      await this.#destroyAll(seen);
      mark = await recordHeartbeat(db, undefined);
    }
    if (!mark) throw new Error("the row of database_watch is missing");
    this.observe(mark);
    await this.#writeFile();
  }

  async #destroyAll(seen: Watermark): Promise<void> {
    const { db, log } = this.#deps;
    let destroyed = 0;
    // No signal: the new generation trusts whatever is left.
    const isOurs = await startGeneration(db, seen, async (sql) => {
      await lockPayloads(sql);
      destroyed = await destroyPending({ sql }, { which: "all", ...BY_SERVER });
    });
    if (isOurs) log.warn({ destroyed }, "the database went back in time: all pending secrets were destroyed");
  }

  async #writeFile(): Promise<void> {
    const { file, log } = this.#deps;
    if (!file) return;
    try {
      await writeWatermarks(file, this.#marks);
    } catch (err) {
      log.error({ err, file }, "the watermark file can't be written");
    }
  }
}
