import { requireOwnProject } from "../accounts/ownership.ts";
import { type Principal, projectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import type { TtlSecret } from "../secrets/secret.ts";
import { changedSince } from "./change-store.ts";
import type { LiveUpdates } from "./live-updates.ts";
import { type StreamEvent, Subscriber } from "./subscriber.ts";

/** Secrets read at a time while a reader catches up. */
const BACKLOG_PAGE = 200;

interface FollowRequest {
  principal: Principal;
  projectId: string;
  /** Everything that changed since then comes first. */
  since?: Date | undefined;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/**
 * Follows a project's TTL secrets: each one that changes, as it reads then. Every change from the moment this
 * resolves is told, if need be more than once; steps that a slow reader missed are not, but their outcome is. The
 * stream ends when the project is deleted, and with a refusal when its caller may not read on.
 *
 * @throws AppError `NOT_FOUND` when the principal may access no such project; `RATE_LIMITED` when the caller has too
 *   many streams; `OVERLOADED` when the process has.
 */
export async function followSecrets(
  { db, live }: { db: Database; live: LiveUpdates },
  { principal, projectId, since, signal }: FollowRequest,
): Promise<AsyncIterableIterator<StreamEvent>> {
  await live.ready();
  const follower = new Subscriber(
    { principal, projectId },
    (ended) => live.remove(ended),
    since && backlog(db, projectId, since),
  );
  live.add(follower);
  try {
    // Asked after it was added: from here on, whatever ends its right is noticed.
    await requireOwnProject(db.orm, projectScope(principal), projectId);
  } catch (error) {
    follower.complete();
    throw error;
  }
  signal.addEventListener("abort", () => follower.complete(), { once: true });
  if (signal.aborted) follower.complete();
  return follower;
}

/** Reads, page by page, what changed since an instant. */
function backlog(db: Database, projectId: string, since: Date): () => Promise<TtlSecret[]> {
  let after: { at: Date; id: string } | undefined;
  return async () => {
    const page = await changedSince(db, { projectId, since, limit: BACKLOG_PAGE, ...(after && { after }) });
    after = page.at(-1)?.position ?? after;
    return page.map(({ secret }) => secret);
  };
}
