import { RefusedError, type TtlSecrets } from "./client.ts";
import type { SecretFieldsFragment } from "./gql/graphql.ts";
import type { View } from "./view.ts";

/** Current TTL secrets of a project. One stream keeps them up to date for any number of browsers. */
export class Board {
  readonly #api: TtlSecrets;
  readonly #projectId: string;
  readonly #secrets = new Map<string, SecretFieldsFragment>();
  readonly #watchers = new Set<(view: View) => void>();
  #isLive = false;
  #problem: string | null = null;

  constructor(api: TtlSecrets, projectId: string) {
    this.#api = api;
    this.#projectId = projectId;
  }

  /** Follows the project until the signal is aborted, the project is gone or the key is refused. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#api.follow(this.#projectId, {
        signal,
        opened: () => void this.#load(),
        lost: () => {
          this.#isLive = false;
          this.#notify();
        },
        changed: (secret) => this.#take([secret]),
      });
      this.#end("The project was deleted.");
    } catch (error) {
      this.#end(problemOf(error));
    }
  }

  /** Calls `watcher` with the view now and whenever it changes. Returns an unsubscribe function. */
  watch(watcher: (view: View) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#view());
    return () => this.#watchers.delete(watcher);
  }

  async #load(): Promise<void> {
    try {
      const secrets = await this.#api.list(this.#projectId);
      this.#isLive = true;
      this.#problem = null;
      this.#take(secrets);
    } catch (error) {
      this.#end(problemOf(error));
    }
  }

  /** List and stream may overlap: keeps the newer state of each secret. */
  #take(secrets: SecretFieldsFragment[]): void {
    for (const secret of secrets) {
      const known = this.#secrets.get(secret.id);
      if (!known || known.changedAt <= secret.changedAt) this.#secrets.set(secret.id, secret);
    }
    this.#notify();
  }

  #end(problem: string): void {
    this.#isLive = false;
    this.#problem = problem;
    this.#notify();
  }

  #notify(): void {
    const view = this.#view();
    for (const watcher of this.#watchers) watcher(view);
  }

  #view(): View {
    const secrets = [...this.#secrets.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    return { isLive: this.#isLive, problem: this.#problem, secrets };
  }
}

/** Error message for the people who use this dashboard. */
export function problemOf(error: unknown): string {
  if (!(error instanceof RefusedError)) return "Something went wrong here.";
  if (error.code === "UNAUTHENTICATED") return "The API key was revoked or has expired. Ask for a new one.";
  return error.message;
}
