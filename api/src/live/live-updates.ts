import { principalId } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import type { AccessSubject, Change } from "./change.ts";
import { readSecrets, refsChangedSince, refsEndedByTime, type SecretRef } from "./change-store.ts";
import { NotificationListener } from "./notification-listener.ts";
import { StreamAuthorizer } from "./stream-authorizer.ts";
import { retryableEnd, type Subscriber } from "./subscriber.ts";

/** How often to look for what changes by the passing of time alone. In ms, as all here. */
const TICK_MS = 1_000;

/** How often everybody's right to go on is asked about, should a notification have been missed. */
const RECHECK_MS = 60_000;

/** Secrets per query. */
const BATCH = 1_000;

/** Streams of one process; each keeps some 20 KiB and a file descriptor. */
const MAX_FOLLOWERS = 20_000;

/** Streams of one session's member, or of one API key, on one process: a browser needs one per project on screen. */
const MAX_PER_CALLER = 20;

interface HubDeps {
  db: Database;
  log: Logger;
  /** Where to listen for notifications: PostgreSQL itself, never a transaction pooler. */
  listenUrl: string;
  /** Raises the limit per caller, for load tests. */
  limitMultiplier: number;
}

/**
 * Brings changes to those who follow them: hears of them from the database, reads each once, however many follow, and
 * hands it on. Listens from the first follower on.
 */
export class LiveUpdates {
  readonly #deps: HubDeps;
  readonly #feed: NotificationListener;
  readonly #guard: StreamAuthorizer;
  readonly #byProject = new Map<string, Set<Subscriber>>();
  readonly #perCaller = new Map<string, number>();
  #count = 0;
  /** Secrets to be read, with their projects. */
  readonly #unread = new Map<string, string>();
  #reading: Promise<void> | undefined;
  /** Since when everything must be read again, because notifications may have been missed. */
  #gapSince: Date | undefined;
  /** Up to when, by the database's clock, the passing of time was looked at. */
  #tickedTo: Date | undefined;
  #recheckAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #started: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.#guard = new StreamAuthorizer(deps);
    const { listenUrl: url, db, log } = deps;
    this.#feed = new NotificationListener(
      { url, db, log },
      { onChange: (change) => this.#onChange(change), onListening: (at) => this.#onListening(at) },
    );
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#count;
  }

  /** Resolves when notifications are heard; from then on no change is missed. */
  async ready(): Promise<void> {
    if (this.#isStopped) throw retryableEnd("This server is stopping.");
    this.#started ??= this.#feed.start().then(() => this.#scheduleTick());
    await this.#started;
  }

  /**
   * Adds a stream; it gets every change of its project from now on.
   *
   * @throws AppError `RATE_LIMITED` when its caller has too many streams; `OVERLOADED` when the process has, or stops.
   */
  add(follower: Subscriber): void {
    if (this.#isStopped) throw retryableEnd("This server is stopping.");
    const caller = callerOf(follower);
    const streams = this.#perCaller.get(caller) ?? 0;
    if (streams >= MAX_PER_CALLER * this.#deps.limitMultiplier) throw tooManyStreams();
    if (this.#count >= MAX_FOLLOWERS) throw full();
    this.#perCaller.set(caller, streams + 1);
    this.#count += 1;
    const { projectId } = follower.subscription;
    const others = this.#byProject.get(projectId);
    if (others) others.add(follower);
    else this.#byProject.set(projectId, new Set([follower]));
    // Its right may have ended since it was looked at, and nobody was listening for it then.
    this.#guard.check([follower]);
  }

  /** Removes a stream that is over. */
  remove(follower: Subscriber): void {
    const { projectId } = follower.subscription;
    const followers = this.#byProject.get(projectId);
    if (!followers?.delete(follower)) return;
    this.#guard.forget(follower);
    if (followers.size === 0) this.#byProject.delete(projectId);
    this.#count -= 1;
    const caller = callerOf(follower);
    const left = (this.#perCaller.get(caller) ?? 0) - 1;
    if (left > 0) this.#perCaller.set(caller, left);
    else this.#perCaller.delete(caller);
  }

  /** Ends all streams, so that their clients connect to another process, and stops listening. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const follower of this.#all()) follower.refuse(retryableEnd("This server is stopping."));
    await this.#feed.stop();
    await this.#reading;
    await this.#guard.settled();
  }

  *#all(): Iterable<Subscriber> {
    for (const followers of this.#byProject.values()) yield* followers;
  }

  #onChange(change: Change): void {
    if (change.about === "secrets") {
      this.#read(change.ids.map((id) => ({ projectId: change.projectId, id })));
    } else if (change.about === "projects") {
      this.#guard.check(change.ids.flatMap((id) => [...(this.#byProject.get(id) ?? [])]));
    } else if (change.about !== "probe") {
      const { about, ids } = change;
      const changed = new Set(ids);
      this.#guard.check([...this.#all()].filter((follower) => hangsOn(follower, about, changed)));
    }
  }

  /** Whatever was committed between `provenAt` and now may have gone unheard: the next tick looks. */
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
    if (this.#count === 0) {
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

  /** Checks everybody now and then, and at once whose session ends by itself. */
  #recheck(): void {
    const now = Date.now();
    if (now >= this.#recheckAt) {
      this.#recheckAt = now + RECHECK_MS;
      this.#guard.check(this.#all());
      return;
    }
    const isOver = ({ validUntil }: Subscriber) => validUntil !== undefined && validUntil.getTime() <= now;
    this.#guard.check([...this.#all()].filter(isOver));
  }

  async #closeGap(): Promise<void> {
    const since = this.#gapSince;
    if (!since) return;
    this.#gapSince = undefined;
    const projectIds = [...this.#byProject.keys()];
    try {
      for (let start = 0; start < projectIds.length; start += BATCH) {
        const some = projectIds.slice(start, start + BATCH);
        this.#read(await refsChangedSince(this.#deps.db, { projectIds: some, since }));
      }
    } catch (error) {
      this.#gapSince = earliest(this.#gapSince, since);
      throw error;
    }
  }

  #read(refs: readonly SecretRef[]): void {
    for (const { projectId, id } of refs) {
      if (this.#byProject.has(projectId)) this.#unread.set(id, projectId);
    }
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
  }

  /** Reads what is to be read, one query at a time: meanwhile the next one's secrets gather. */
  async #readAll(): Promise<void> {
    while (this.#unread.size > 0 && !this.#isStopped) {
      const batch = [...this.#unread].slice(0, BATCH);
      for (const [id] of batch) this.#unread.delete(id);
      try {
        const changed = await readSecrets(
          this.#deps.db,
          batch.map(([id]) => id),
        );
        for (const { projectId, secret } of changed) {
          for (const follower of this.#byProject.get(projectId) ?? []) follower.push(secret);
        }
      } catch (err) {
        this.#deps.log.warn({ err }, "live: can't read what changed; trying again");
        for (const [id, projectId] of batch) if (!this.#unread.has(id)) this.#unread.set(id, projectId);
        // The next tick, or the next notification, tries again.
        return;
      }
    }
  }
}

const earliest = (a: Date | undefined, b: Date) => (a && a < b ? a : b);

const callerOf = ({ subscription }: Subscriber) => principalId(subscription.principal);

/** Whether the stream's right hangs on one of these. */
function hangsOn(
  { subscription: { principal } }: Subscriber,
  subject: AccessSubject,
  ids: Set<string>,
): boolean {
  if (principal.kind === "api-key") return subject === "keys" && ids.has(principal.id);
  if (subject === "sessions") return ids.has(principal.sessionId);
  return subject === "users" && ids.has(principal.member.userId);
}

const full = () =>
  new AppError("OVERLOADED", "This server has too many streams. Connect again in a few seconds.", {
    retryAfterSeconds: 5,
  });

const tooManyStreams = () =>
  new AppError(
    "RATE_LIMITED",
    "You have too many streams open: 20 at most. Close one first; one per project is enough.",
    { retryAfterSeconds: 10 },
  );
