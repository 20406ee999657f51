import type { Principal } from "../accounts/principal.ts";
import type { TtlSecret } from "../secrets/secret.ts";
import { AppError } from "../shared/errors.ts";

/**
 * How many secrets may wait for a reader who does not read. Far more than the dashboard shows; whoever is so far
 * behind is better off starting anew.
 */
const MAX_WAITING = 1_000;

/** Who follows which project: enough to check at any time whether they still may. */
export interface Subscription {
  principal: Principal;
  projectId: string;
}

/** What a stream yields: a secret as it is now, or why there will be no more. */
export type StreamEvent = { secret: TtlSecret } | { refusal: AppError };

/** The last word of a stream that can't go on here: its client is to connect again, and catches up then. */
export const retryableEnd = (why: string) =>
  new AppError("OVERLOADED", `${why} Connect again.`, { retryAfterSeconds: 1 });

/**
 * One stream. Changes wait in it until they are read, each secret once, in its newest state: a slow reader misses
 * steps in between, never the outcome.
 */
export class Subscriber implements AsyncIterableIterator<StreamEvent> {
  readonly subscription: Subscription;
  /** When access must be checked again at the latest; undefined when no end is known. */
  validUntil: Date | undefined;
  readonly #onEnd: (follower: Subscriber) => void;
  readonly #readBacklog: (() => Promise<TtlSecret[]>) | undefined;
  #hasBacklog: boolean;
  #waiting = new Map<string, TtlSecret>();
  /** Set when the stream is over: with the reason that is still to be told, if any. */
  #ending: { refusal?: AppError } | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param readBacklog reads the next page of what is to come before anything new; an empty one ends it.
   * @param onEnd is called once, when the stream is over, whoever ended it.
   */
  constructor(
    subscription: Subscription,
    onEnd: (follower: Subscriber) => void,
    readBacklog?: () => Promise<TtlSecret[]>,
  ) {
    this.subscription = subscription;
    this.#onEnd = onEnd;
    this.#readBacklog = readBacklog;
    this.#hasBacklog = readBacklog !== undefined;
  }

  /** Hands over a secret's newest state. */
  push(secret: TtlSecret): void {
    if (this.#ending) return;
    this.#waiting.set(secret.id, secret);
    if (this.#waiting.size > MAX_WAITING) this.refuse(retryableEnd("This stream was read too slowly."));
    else this.#wake?.();
  }

  /** Ends the stream for good: there is nothing to follow any more. */
  complete(): void {
    this.#end({});
  }

  /** Ends the stream with a reason that the client is told. What waits is not handed out any more. */
  refuse(refusal: AppError): void {
    this.#waiting.clear();
    this.#end({ refusal });
  }

  async next(): Promise<IteratorResult<StreamEvent>> {
    for (;;) {
      const [first] = this.#waiting.values();
      if (first) {
        this.#waiting.delete(first.id);
        return { done: false, value: { secret: first } };
      }
      if (this.#ending) {
        const { refusal } = this.#ending;
        this.#ending = {};
        return refusal ? { done: false, value: { refusal } } : { done: true, value: undefined };
      }
      if (this.#hasBacklog) await this.#fetchBacklog();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The client went away. */
  async return(): Promise<IteratorResult<StreamEvent>> {
    this.#waiting.clear();
    this.complete();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #fetchBacklog(): Promise<void> {
    let page: TtlSecret[] = [];
    try {
      page = (await this.#readBacklog?.()) ?? [];
    } catch {
      this.refuse(retryableEnd("What changed meanwhile can't be read now."));
    }
    this.#hasBacklog = page.length > 0;
    // What arrived while the page was read is newer than the page.
    for (const secret of page) if (!this.#waiting.has(secret.id)) this.push(secret);
  }

  #end(ending: { refusal?: AppError }): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#onEnd(this);
    this.#wake?.();
  }
}
