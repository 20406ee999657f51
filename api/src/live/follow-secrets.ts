import { requireOwnProject } from "../accounts/ownership.ts";
import { type Principal, projectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import type { TtlSecret } from "../secrets/secret.ts";
import { changedSince } from "./change-store.ts";
import type { LiveUpdates } from "./live-updates.ts";
import { type StreamEvent, Subscriber } from "./subscriber.ts";

/** Secrets per query while a client catches up. */
const BACKLOG_PAGE = 200;

interface FollowRequest {
  principal: Principal;
  projectId: string;
  /** Sends everything that changed since then first. */
  since?: Date | undefined;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/**
 * Streams the changes of a project's TTL secrets, each secret as it reads after its change. Every change after this
 * resolves is delivered at least once; a slow client misses intermediate states, never the last one. The stream ends
 * when the project is deleted, and with an error when the caller loses access.
 *
 * @throws AppError `NOT_FOUND` if the principal may access no such project, `RATE_LIMITED` if it has too many streams,
 *   `OVERLOADED` if the process has.
 */
export async function followSecrets(
  { db, live }: { db: Database; live: LiveUpdates },
  { principal, projectId, since, signal }: FollowRequest,
): Promise<AsyncIterableIterator<StreamEvent>> {
  await live.ready();
  const subscriber = new Subscriber(
    { principal, projectId },
    (ended) => live.remove(ended),
    since && backlog(db, projectId, since),
  );
  live.add(subscriber);
  try {
    // Checked after the stream was added: from then on a notification ends it when access is lost.
    await requireOwnProject(db.orm, projectScope(principal), projectId);
  } catch (error) {
    subscriber.complete();
    throw error;
  }
  signal.addEventListener("abort", () => subscriber.complete(), { once: true });
  if (signal.aborted) subscriber.complete();
  return subscriber;
}

/** Returns a function that reads the secrets changed since an instant. Each call returns the next page. */
function backlog(db: Database, projectId: string, since: Date): () => Promise<TtlSecret[]> {
  let after: { at: Date; id: string } | undefined;
  return async () => {
    const page = await changedSince(db, { projectId, since, limit: BACKLOG_PAGE, ...(after && { after }) });
    after = page.at(-1)?.position ?? after;
    return page.map(({ secret }) => secret);
  };
}
