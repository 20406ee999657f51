import { principalId } from "../accounts/principal.ts";
import { AppError } from "../shared/errors.ts";
import type { AccessSubject } from "./change.ts";
import type { Subscriber } from "./subscriber.ts";

/** Streams per process. Each holds some 20 KiB and a file descriptor. */
const MAX_STREAMS = 20_000;

/** Streams per member or API key, on one process. A browser needs one per project on screen. */
const MAX_PER_CALLER = 20;

/** The open streams of this process, by project, and how many each caller has. */
export class OpenStreams implements Iterable<Subscriber> {
  readonly #maxPerCaller: number;
  readonly #byProject = new Map<string, Set<Subscriber>>();
  readonly #perCaller = new Map<string, number>();
  #size = 0;

  /** @param limitMultiplier raises the limit per caller, for load tests. */
  constructor(limitMultiplier: number) {
    this.#maxPerCaller = MAX_PER_CALLER * limitMultiplier;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#size;
  }

  /** @throws AppError `RATE_LIMITED` if the caller has too many streams, `OVERLOADED` if the process has. */
  add(subscriber: Subscriber): void {
    const caller = callerOf(subscriber);
    const streams = this.#perCaller.get(caller) ?? 0;
    if (streams >= this.#maxPerCaller) throw tooManyStreams();
    if (this.#size >= MAX_STREAMS) throw full();
    this.#perCaller.set(caller, streams + 1);
    this.#size += 1;
    const { projectId } = subscriber.subscription;
    const others = this.#byProject.get(projectId);
    if (others) others.add(subscriber);
    else this.#byProject.set(projectId, new Set([subscriber]));
  }

  /** Does nothing if the stream is not open. */
  remove(subscriber: Subscriber): void {
    const { projectId } = subscriber.subscription;
    const subscribers = this.#byProject.get(projectId);
    if (!subscribers?.delete(subscriber)) return;
    if (subscribers.size === 0) this.#byProject.delete(projectId);
    this.#size -= 1;
    const caller = callerOf(subscriber);
    const left = (this.#perCaller.get(caller) ?? 0) - 1;
    if (left > 0) this.#perCaller.set(caller, left);
    else this.#perCaller.delete(caller);
  }

  *[Symbol.iterator](): Iterator<Subscriber> {
    for (const subscribers of this.#byProject.values()) yield* subscribers;
  }

  /** Ids of the projects that have at least one stream. */
  projectIds(): string[] {
    return [...this.#byProject.keys()];
  }

  /** The streams of one project. */
  ofProject(id: string): Iterable<Subscriber> {
    return this.#byProject.get(id) ?? [];
  }

  hasProject(id: string): boolean {
    return this.#byProject.has(id);
  }

  /** The streams whose authorization depends on one of these projects, sessions, users or API keys. */
  dependingOn(subject: AccessSubject, ids: readonly string[]): Subscriber[] {
    if (subject === "projects") return ids.flatMap((id) => [...this.ofProject(id)]);
    const changed = new Set(ids);
    return [...this].filter((subscriber) => dependsOn(subscriber, subject, changed));
  }
}

const callerOf = ({ subscription }: Subscriber) => principalId(subscription.principal);

function dependsOn(
  { subscription: { principal } }: Subscriber,
  subject: Exclude<AccessSubject, "projects">,
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
