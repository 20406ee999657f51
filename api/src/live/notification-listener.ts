import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { connectToListen, type Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { CHANNEL, type Change, parseChange } from "./change.ts";
import { sendProbe } from "./change-store.ts";

/** How often a probe is sent down the channel, and how long it may take to come out. In ms, as all here. */
const PROBE_INTERVAL_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;

/** How long to wait before another try to connect. */
const RETRY_MS = 250;

interface FeedDeps {
  /** Where to listen: PostgreSQL itself, never a transaction pooler. */
  url: string;
  db: Database;
  log: Logger;
}

interface FeedEvents {
  onChange: (change: Change) => void;
  /**
   * The channel was opened, for the first time or again. All that was committed up to `provenAt`, by the database's
   * clock, has been told; what came after, until now, may have been missed.
   */
  onListening: (provenAt: Date) => void;
}

/**
 * Hears what the database's triggers tell, on a connection of its own. A lost connection is made anew; one that looks
 * alive and is not (a dead line, a pooler in between) is found out by probes that don't come back.
 */
export class NotificationListener {
  readonly #deps: FeedDeps;
  readonly #events: FeedEvents;
  #sql: postgres.Sql | undefined;
  #provenAt: Date | undefined;
  #probe: { id: string; arrived: () => void } | undefined;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(deps: FeedDeps, events: FeedEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  /** Starts to listen, now and for good. Resolves once the channel is open for the first time. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running ??= this.#run(resolve);
    });
  }

  /** Stops listening and closes the connection. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sql?.end({ timeout: 1 });
    await this.#running;
  }

  async #run(onFirst: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#sql = connectToListen(this.#deps.url);
      try {
        this.#provenAt ??= await sendProbe(this.#deps.db, "start");
        await this.#sql.listen(
          CHANNEL,
          (payload) => this.#hear(payload),
          () => {
            onFirst();
            if (this.#provenAt) this.#events.onListening(this.#provenAt);
          },
        );
        await this.#watch();
        this.#deps.log.warn("live: a notification did not arrive; listening anew");
      } catch (err) {
        if (!signal.aborted) this.#deps.log.warn({ err }, "live: can't listen to the database; trying again");
      }
      await this.#sql.end({ timeout: 1 }).catch(() => {});
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves when a probe was sent and did not come back: the connection is no good any more. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      if (!(await this.#isHeard())) return;
      await sleep(PROBE_INTERVAL_MS, undefined, { signal });
    }
  }

  async #isHeard(): Promise<boolean> {
    const id = randomUUID();
    const arrival = new Promise<true>((resolve) => {
      this.#probe = { id, arrived: () => resolve(true) };
    });
    let sentAt: Date;
    try {
      sentAt = await sendProbe(this.#deps.db, id);
    } catch {
      // The database is away. The driver listens again when it is back.
      return true;
    }
    const { signal } = this.#stopping;
    const isHeard = await Promise.race([arrival, sleep(PROBE_TIMEOUT_MS, false, { signal })]);
    if (isHeard) this.#provenAt = sentAt;
    return isHeard;
  }

  #hear(payload: string): void {
    const change = parseChange(payload);
    if (change?.about !== "probe") {
      if (change) this.#events.onChange(change);
    } else if (change.ids[0] === this.#probe?.id) {
      this.#probe?.arrived();
    }
  }
}
