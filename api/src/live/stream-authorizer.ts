import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError, notFound } from "../shared/errors.ts";
import { type AccessCheck, checkAccess } from "./access-store.ts";
import { ITEMS_PER_QUERY } from "./change-store.ts";
import type { Subscriber } from "./subscriber.ts";

/**
 * Closes streams whose authorization has ended. Pending checks are retried until the database answers, so that none is
 * skipped because the database was unreachable.
 */
export class StreamAuthorizer {
  readonly #deps: { db: Database; log: Logger };
  readonly #due = new Set<Subscriber>();
  #running: Promise<void> | undefined;

  constructor(deps: { db: Database; log: Logger }) {
    this.#deps = deps;
  }

  /** Queues a check of these streams, which ends those that are no longer authorized. */
  check(subscribers: Iterable<Subscriber>): void {
    for (const subscriber of subscribers) this.#due.add(subscriber);
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  /** Drops the pending check of a stream that has ended. */
  forget(subscriber: Subscriber): void {
    this.#due.delete(subscriber);
  }

  /** Resolves when no check is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    try {
      while (this.#due.size > 0) {
        const batch = [...this.#due].slice(0, ITEMS_PER_QUERY);
        const found = await checkAccess(
          this.#deps.db,
          batch.map(({ subscription }) => subscription),
        );
        for (const [n, subscriber] of batch.entries()) {
          this.#due.delete(subscriber);
          enforce(subscriber, found[n]);
        }
      }
    } catch (err) {
      this.#deps.log.warn({ err }, "live: can't check the authorization of streams; trying again");
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

function enforce(subscriber: Subscriber, access: AccessCheck | undefined): void {
  if (!access?.validUntil) {
    subscriber.refuse(hasEnded(subscriber));
  } else if (!access.isInVault) {
    subscriber.refuse(notFound("project"));
  } else if (!access.hasProject) {
    subscriber.complete();
  } else {
    subscriber.validUntil = access.validUntil;
  }
}
