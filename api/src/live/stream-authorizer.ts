import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError, notFound } from "../shared/errors.ts";
import { type AccessCheck, standings } from "./access-store.ts";
import type { Subscriber } from "./subscriber.ts";

/** How many streams are asked about in one query. */
const BATCH = 1_000;

/**
 * Ends streams whose right to go on has ended. Who is to be checked is remembered until it was possible, so that a
 * database that is away for a while lets nobody off.
 */
export class StreamAuthorizer {
  readonly #deps: { db: Database; log: Logger };
  readonly #due = new Set<Subscriber>();
  #running: Promise<void> | undefined;

  constructor(deps: { db: Database; log: Logger }) {
    this.#deps = deps;
  }

  /** Asks whether these may go on, as soon as can be, and ends those that may not. */
  check(followers: Iterable<Subscriber>): void {
    for (const follower of followers) this.#due.add(follower);
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  /** Nobody needs to be asked about this stream any more. */
  forget(follower: Subscriber): void {
    this.#due.delete(follower);
  }

  /** Resolves when no check is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    try {
      while (this.#due.size > 0) {
        const batch = [...this.#due].slice(0, BATCH);
        const found = await standings(
          this.#deps.db,
          batch.map(({ subscription }) => subscription),
        );
        for (const [n, follower] of batch.entries()) {
          this.#due.delete(follower);
          judge(follower, found[n]);
        }
      }
    } catch (err) {
      this.#deps.log.warn({ err }, "live: can't check who may go on; trying again");
    }
  }
}

const hasEnded = ({ subscription: { principal } }: Subscriber) =>
  new AppError(
    "UNAUTHENTICATED",
    principal.kind === "member"
      ? "This session has ended. Sign in again, then subscribe."
      : "This API key is no longer valid for this. Ask an owner of the vault for a new one.",
  );

function judge(follower: Subscriber, standing: AccessCheck | undefined): void {
  if (!standing?.validUntil) {
    follower.refuse(hasEnded(follower));
  } else if (!standing.isInVault) {
    follower.refuse(notFound("project"));
  } else if (!standing.hasProject) {
    follower.complete();
  } else {
    follower.validUntil = standing.validUntil;
  }
}
