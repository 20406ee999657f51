import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { type ChangedSecret, ITEMS_PER_QUERY, readSecrets, type SecretRef } from "./change-store.ts";

/**
 * Reads changed secrets, one query at a time. Changes that arrive during a query wait for the next one, where a secret
 * that changed several times is read once.
 */
export class ChangeReader {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #onRead: (changed: ChangedSecret) => void;
  /** Ids of the secrets to read, with their projects. */
  readonly #unread = new Map<string, string>();
  #running: Promise<void> | undefined;
  #isStopped = false;

  /** @param onRead is called with each secret as it reads after its change. */
  constructor({ db, log }: { db: Database; log: Logger }, onRead: (changed: ChangedSecret) => void) {
    this.#db = db;
    this.#log = log;
    this.#onRead = onRead;
  }

  /** Queues these secrets, and retries those that an earlier call could not read. */
  read(refs: readonly SecretRef[]): void {
    for (const { id, projectId } of refs) this.#unread.set(id, projectId);
    this.#running ??= this.#readAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** Reads nothing more. Resolves when the query in progress is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #readAll(): Promise<void> {
    while (this.#unread.size > 0 && !this.#isStopped) {
      const batch = [...this.#unread].slice(0, ITEMS_PER_QUERY);
      for (const [id] of batch) this.#unread.delete(id);
      try {
        const changed = await readSecrets(
          this.#db,
          batch.map(([id]) => id),
        );
        for (const each of changed) this.#onRead(each);
      } catch (err) {
        this.#log.warn({ err }, "live: can't read what changed; trying again");
        for (const [id, projectId] of batch) if (!this.#unread.has(id)) this.#unread.set(id, projectId);
        // The next call of `read` retries: at the latest the next tick's, within a second.
        return;
      }
    }
  }
}
