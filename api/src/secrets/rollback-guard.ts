import type { Database } from "../db/client.ts";
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

/** Who the audit log names for what no person did. */
const ACTOR = "server";

/** A place no database is at: what is compared with when the row to watch is gone. */
const NOWHERE: Watermark = { lineage: "", generation: 0, beat: 0, xid: 0 };

/** What a reveal, the sweep and the server require, so that none of them runs unguarded. */
export interface RollbackGuard {
  /** The watermark that a claim must find the database at or past; undefined trusts any database. */
  readonly seen: Watermark | undefined;
  /** Raises the watermark. */
  observe(mark: Watermark): void;
  /**
   * Compares the database with the watermark and destroys what may no longer be revealed. Safe to call at any time, in
   * any number of processes.
   *
   * @throws the driver's error when the database can't be asked; nothing can be claimed then that could not before.
   */
  check(): Promise<void>;
}

interface RollbackGuardDeps {
  db: Database;
  log: Logger;
  /** Where what was seen is kept when the process ends; undefined: nowhere. */
  file: string | undefined;
}

/** Opens the guard of a database and checks it once. @throws the driver's error when the database can't be asked. */
export async function openRollbackGuard(deps: RollbackGuardDeps): Promise<RollbackGuard> {
  const guard = new WatermarkGuard(deps, deps.file ? await readWatermarks(deps.file) : new Map());
  await guard.check();
  return guard;
}

/**
 * Sees to it that what was attempted once can't be revealed from an old copy of the database: a standby promoted
 * without the last commits, a restored backup, a copy of its files. Two things can tell:
 *
 * - A payload names the lineage it was stored in. After a promotion, a recovery from an archive, or the loading of a dump
 *   that is another one, so the payload is dead at once, without anybody's doing. `check` then ends its secret.
 * - Files that are put back have the same lineage, but smaller numbers than were seen. The claim refuses then, and
 *   `check` destroys everything pending before anything can be claimed again.
 */
class WatermarkGuard implements RollbackGuard {
  readonly #deps: RollbackGuardDeps;
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
    const isNews = !known || mark.generation > known.generation;
    const isOld = known && mark.generation < known.generation;
    const next = isNews
      ? mark
      : isOld
        ? known
        : { ...mark, beat: Math.max(mark.beat, known.beat), xid: Math.max(mark.xid, known.xid) };
    // Set anew, so that the latest comes last.
    this.#marks.delete(mark.lineage);
    this.#marks.set(mark.lineage, next);
    this.#seen = next;
  }

  async check(): Promise<void> {
    const { db, log } = this.#deps;
    const strays = await destroyPending(db, { which: "strays", actor: ACTOR });
    if (strays > 0) {
      log.warn(
        { destroyed: strays },
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
    if (!mark) throw new Error("the database has lost its row to watch");
    this.observe(mark);
    await this.#keep();
  }

  async #destroyAll(seen: Watermark): Promise<void> {
    const { db, log } = this.#deps;
    let destroyed = 0;
    const isOurs = await startGeneration(db, seen, async (sql) => {
      await lockPayloads(sql);
      destroyed = await destroyPending({ sql }, { which: "all", actor: ACTOR });
    });
    if (isOurs) log.warn({ destroyed }, "the database went back in time: all pending secrets were destroyed");
  }

  async #keep(): Promise<void> {
    const { file, log } = this.#deps;
    if (!file) return;
    try {
      await writeWatermarks(file, this.#marks);
    } catch (err) {
      log.error({ err, file }, "what was last seen of the database can't be kept");
    }
  }
}
