import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { connectToListen, type Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { CHANNEL, type Change, parseChange } from "./change.ts";
import { sendProbe } from "./change-store.ts";

/** Interval of the probes, which are notifications to ourselves, and how long one may take to arrive. */
const PROBE_INTERVAL_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;

/** Wait before the next attempt to connect. */
const RETRY_MS = 250;

interface ListenerDeps {
  /** Connection string of PostgreSQL itself: a transaction pooler does not support LISTEN. */
  url: string;
  db: Database;
  log: Logger;
}

interface ListenerEvents {
  onChange: (change: Change) => void;
  /**
   * Called when LISTEN succeeds, for the first time or again. Notifications of commits up to `provenAt`, by the
   * database's clock, have arrived; later ones may be lost.
   */
  onListening: (provenAt: Date) => void;
}

/**
 * Receives the notifications of the database's triggers, on a connection of its own. Reconnects when the connection is
 * lost, and when a probe does not arrive: the line may be dead without an error, or a pooler may be in between.
 */
export class NotificationListener {
  readonly #deps: ListenerDeps;
  readonly #events: ListenerEvents;
  #sql: postgres.Sql | undefined;
  #provenAt: Date | undefined;
  #probe: { id: string; arrived: () => void } | undefined;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(deps: ListenerDeps, events: ListenerEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  /** Listens until `stop`. Resolves when LISTEN succeeds for the first time. */
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
          (payload) => this.#receive(payload),
          () => {
            onFirst();
            if (this.#provenAt) this.#events.onListening(this.#provenAt);
          },
        );
        await this.#probeUntilLost();
        this.#deps.log.warn("live: probe timed out; reconnecting LISTEN");
      } catch (err) {
        if (!signal.aborted) this.#deps.log.warn({ err }, "live: can't listen to the database; trying again");
      }
      await this.#sql.end({ timeout: 1 }).catch(() => {});
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Sends probes. Resolves when one does not arrive: the connection is of no use then. */
  async #probeUntilLost(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      if (!(await this.#probeArrives())) return;
      await sleep(PROBE_INTERVAL_MS, undefined, { signal });
    }
  }

  async #probeArrives(): Promise<boolean> {
    const id = randomUUID();
    const arrival = new Promise<true>((resolve) => {
      this.#probe = { id, arrived: () => resolve(true) };
    });
    let sentAt: Date;
    try {
      sentAt = await sendProbe(this.#deps.db, id);
    } catch {
      // The database is unreachable. The driver listens again when it reconnects.
      return true;
    }
    const { signal } = this.#stopping;
    const hasArrived = await Promise.race([arrival, sleep(PROBE_TIMEOUT_MS, false, { signal })]);
    if (hasArrived) this.#provenAt = sentAt;
    return hasArrived;
  }

  #receive(payload: string): void {
    const change = parseChange(payload);
    if (change?.about !== "probe") {
      if (change) this.#events.onChange(change);
    } else if (change.ids[0] === this.#probe?.id) {
      this.#probe?.arrived();
    }
  }
}
