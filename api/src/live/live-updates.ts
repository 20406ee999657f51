import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import type { Change } from "./change.ts";
import { ChangeReader } from "./change-reader.ts";
import { ITEMS_PER_QUERY, refsChangedSince, refsEndedByTime, type SecretRef } from "./change-store.ts";
import { NotificationListener } from "./notification-listener.ts";
import { OpenStreams } from "./open-streams.ts";
import { StreamAuthorizer } from "./stream-authorizer.ts";
import { retryableEnd, type Subscriber } from "./subscriber.ts";

/** Interval of the query for changes that only the passing of time makes. */
const TICK_MS = 1_000;

/** Interval of checking every stream's authorization, in case a notification was missed. */
const RECHECK_MS = 60_000;

interface LiveUpdatesDeps {
  db: Database;
  log: Logger;
  /** Connection string of PostgreSQL itself: a transaction pooler does not support LISTEN. */
  listenUrl: string;
  /** Raises the limit of streams per caller, for load tests. */
  limitMultiplier: number;
}

/**
 * Delivers changes of secrets to the open streams. PostgreSQL notifies of a change; it is then read once, however many
 * streams get it. Listens from the first stream on.
 */
export class LiveUpdates {
  readonly #deps: LiveUpdatesDeps;
  readonly #listener: NotificationListener;
  readonly #authorizer: StreamAuthorizer;
  readonly #streams: OpenStreams;
  readonly #reader: ChangeReader;
  /** Start of the time in which notifications may have been missed. */
  #gapSince: Date | undefined;
  /** End of the time that was searched for changes made by time alone, by the database's clock. */
  #tickedTo: Date | undefined;
  #recheckAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #started: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: LiveUpdatesDeps) {
    this.#deps = deps;
    this.#streams = new OpenStreams(deps.limitMultiplier);
    this.#authorizer = new StreamAuthorizer(deps);
    this.#reader = new ChangeReader(deps, ({ projectId, secret }) => {
      for (const subscriber of this.#streams.ofProject(projectId)) subscriber.push(secret);
    });
    const { listenUrl: url, db, log } = deps;
    this.#listener = new NotificationListener(
      { url, db, log },
      { onChange: (change) => this.#onChange(change), onListening: (at) => this.#onListening(at) },
    );
  }

  /** Number of open streams. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Resolves once notifications arrive; no later change is missed. */
  async ready(): Promise<void> {
    if (this.#isStopped) throw retryableEnd("This server is stopping.");
    this.#started ??= this.#listener.start().then(() => this.#scheduleTick());
    await this.#started;
  }

  /**
   * Adds a stream. It gets every later change in its project.
   *
   * @throws AppError `RATE_LIMITED` if the caller has too many streams, `OVERLOADED` if the process has or stops.
   */
  add(subscriber: Subscriber): void {
    if (this.#isStopped) throw retryableEnd("This server is stopping.");
    this.#streams.add(subscriber);
    // Its authorization may have ended between its check and this call, when no notification could reach it.
    this.#authorizer.check([subscriber]);
  }

  /** Removes a stream that has ended. */
  remove(subscriber: Subscriber): void {
    this.#streams.remove(subscriber);
    this.#authorizer.forget(subscriber);
  }

  /** Ends all streams, so that their clients connect to another process, and stops listening. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const subscriber of this.#streams) subscriber.refuse(retryableEnd("This server is stopping."));
    await Promise.all([this.#listener.stop(), this.#reader.stop()]);
    await this.#authorizer.settled();
  }

  #onChange(change: Change): void {
    if (change.about === "secrets") {
      this.#read(change.ids.map((id) => ({ projectId: change.projectId, id })));
    } else if (change.about !== "probe") {
      this.#authorizer.check(this.#streams.dependingOn(change.about, change.ids));
    }
  }

  /** Notifications of commits between `provenAt` and now may be lost. The next tick reads what changed since. */
  #onListening(provenAt: Date): void {
    this.#gapSince = earliest(this.#gapSince, provenAt);
    this.#recheckAt = 0;
  }

  #scheduleTick(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#tick().then(() => this.#scheduleTick()), TICK_MS);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    if (this.#streams.size === 0) {
      this.#tickedTo = undefined;
      return;
    }
    try {
      this.#recheck();
      await this.#closeGap();
      const { now, refs } = await refsEndedByTime(this.#deps.db, this.#tickedTo);
      this.#tickedTo = now;
      this.#read(refs);
    } catch (err) {
      this.#deps.log.warn({ err }, "live: can't look for changes; trying again");
    }
  }

  /** Checks all streams every `RECHECK_MS`, and in between those whose session or API key has expired. */
  #recheck(): void {
    const now = Date.now();
    if (now >= this.#recheckAt) {
      this.#recheckAt = now + RECHECK_MS;
      this.#authorizer.check(this.#streams);
      return;
    }
    const hasExpired = ({ validUntil }: Subscriber) =>
      validUntil !== undefined && validUntil.getTime() <= now;
    this.#authorizer.check([...this.#streams].filter(hasExpired));
  }

  async #closeGap(): Promise<void> {
    const since = this.#gapSince;
    if (!since) return;
    this.#gapSince = undefined;
    const projectIds = this.#streams.projectIds();
    try {
      for (let start = 0; start < projectIds.length; start += ITEMS_PER_QUERY) {
        const some = projectIds.slice(start, start + ITEMS_PER_QUERY);
        this.#read(await refsChangedSince(this.#deps.db, { projectIds: some, since }));
      }
    } catch (error) {
      this.#gapSince = earliest(this.#gapSince, since);
      throw error;
    }
  }

  #read(refs: readonly SecretRef[]): void {
    this.#reader.read(refs.filter(({ projectId }) => this.#streams.hasProject(projectId)));
  }
}

const earliest = (a: Date | undefined, b: Date) => (a && a < b ? a : b);
