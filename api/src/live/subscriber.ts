import type { Principal } from "../accounts/principal.ts";
import type { TtlSecret } from "../secrets/secret.ts";
import { AppError } from "../shared/errors.ts";

/**
 * Secrets that may wait in a stream that its client does not read. Far more than the dashboard shows; a client that
 * far behind should connect again.
 */
const MAX_WAITING = 1_000;

/** Who subscribed to which project: enough to check at any time whether they are still authorized. */
export interface Subscription {
  principal: Principal;
  projectId: string;
}

/** An event of a stream: a secret in its present state, or the reason why the stream ends. */
export type StreamEvent = { secret: TtlSecret } | { refusal: AppError };

/** Last event of a stream that this process can no longer serve. The client must connect again, and catches up then. */
export const retryableEnd = (why: string) =>
  new AppError("OVERLOADED", `${why} Connect again.`, { retryAfterSeconds: 1 });

/**
 * One stream. Changes wait in it until the client reads them, each secret once, in its newest state: a slow client
 * misses intermediate states, never the last one.
 */
export class Subscriber implements AsyncIterableIterator<StreamEvent> {
  readonly subscription: Subscription;
  /** When the session or API key expires; undefined until it was checked. */
  validUntil: Date | undefined;
  readonly #onEnd: (subscriber: Subscriber) => void;
  readonly #readBacklog: (() => Promise<TtlSecret[]>) | undefined;
  #hasBacklog: boolean;
  #waiting = new Map<string, TtlSecret>();
  /** Set when the stream is over, with the reason if the client has not read it yet. */
  #ending: { refusal?: AppError } | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param onEnd is called once, when the stream is over for any reason.
   * @param readBacklog reads the next page of secrets to send before any new change; an empty page is the last.
   */
  constructor(
    subscription: Subscription,
    onEnd: (subscriber: Subscriber) => void,
    readBacklog?: () => Promise<TtlSecret[]>,
  ) {
    this.subscription = subscription;
    this.#onEnd = onEnd;
    this.#readBacklog = readBacklog;
    this.#hasBacklog = readBacklog !== undefined;
  }

  /** Queues the newest state of a secret. */
  push(secret: TtlSecret): void {
    if (this.#ending) return;
    this.#waiting.set(secret.id, secret);
    if (this.#waiting.size > MAX_WAITING) this.refuse(retryableEnd("This stream was read too slowly."));
    else this.#wake?.();
  }

  /** Ends the stream without a reason, after what is queued. */
  complete(): void {
    this.#end({});
  }

  /** Drops what is queued and ends the stream with this reason. */
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
      this.refuse(retryableEnd("Earlier changes can't be read now."));
    }
    this.#hasBacklog = page.length > 0;
    // A secret that was queued while the page was read is newer than the page.
    for (const secret of page) if (!this.#waiting.has(secret.id)) this.push(secret);
  }

  #end(ending: { refusal?: AppError }): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#onEnd(this);
    this.#wake?.();
  }
}
