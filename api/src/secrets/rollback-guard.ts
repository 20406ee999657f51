import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { destroyPending } from "./destroy-pending.ts";
import { countLook, currentMark, type Mark, startGeneration } from "./rollback-guard-store.ts";
import { lockPayloads } from "./secret-store.ts";
import { readLastSeen, writeLastSeen } from "./watermark-file.ts";

/** Who the audit log names for what no person did. */
const ACTOR = "server";

/** A place no database is at: what is compared with when the row to watch is gone. */
const NOWHERE: Mark = { lineage: "", generation: 0, beat: 0, xid: 0 };

interface WatchDeps {
  db: Database;
  log: Logger;
  /** Where what was seen is kept when the process ends; undefined: nowhere. */
  file: string | undefined;
}

/**
 * Sees to it that what was attempted once can't be revealed from an old copy of the database: a standby promoted
 * without the last commits, a restored backup, a copy of its files. Two things can tell:
 *
 * - A payload names the lineage it was stored in. After a promotion, a recovery from an archive, or the loading of a dump
 *   that is another one, so the payload is dead at once, without anybody's doing. `look` then ends its secret.
 * - Files that are put back have the same lineage, but smaller numbers than were seen. The claim refuses then, and
 *   `look` destroys everything pending before anything can be claimed again.
 */
export class DatabaseWatch {
  readonly #deps: WatchDeps;
  #marks: Map<string, Mark>;
  #seen: Mark | undefined;

  private constructor(deps: WatchDeps, marks: Map<string, Mark>) {
    this.#deps = deps;
    this.#marks = marks;
  }

  /** Takes a first look. @throws the driver's error when the database can't be asked. */
  static async open(deps: WatchDeps): Promise<DatabaseWatch> {
    const watch = new DatabaseWatch(deps, deps.file ? await readLastSeen(deps.file) : new Map());
    await watch.look();
    return watch;
  }

  /** The furthest the database was seen, in the line of history it was in last. */
  get seen(): Mark | undefined {
    return this.#seen;
  }

  /** Remembers where the database stands. */
  saw(mark: Mark): void {
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

  /**
   * Looks whether the database is what it was, and destroys what may not be revealed any more if it is not. Safe to
   * call at any time, in any number of processes.
   *
   * @throws the driver's error when the database can't be asked; nothing can be claimed then that could not before.
   */
  async look(): Promise<void> {
    const { db, log } = this.#deps;
    const strays = await destroyPending(db, { which: "strays", actor: ACTOR });
    if (strays > 0) {
      log.warn(
        { destroyed: strays },
        "the database was restored or failed over: pending secrets were destroyed",
      );
    }
    const current = await currentMark(db);
    const seen = current ? this.#marks.get(current.lineage) : NOWHERE;
    let mark = current && (await countLook(db, seen));
    if (!mark && seen) {
      await this.#destroyAll(seen);
      mark = await countLook(db, undefined);
    }
    if (!mark) throw new Error("the database has lost its row to watch");
    this.saw(mark);
    await this.#keep();
  }

  async #destroyAll(seen: Mark): Promise<void> {
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
      await writeLastSeen(file, this.#marks);
    } catch (err) {
      log.error({ err, file }, "what was last seen of the database can't be kept");
    }
  }
}
