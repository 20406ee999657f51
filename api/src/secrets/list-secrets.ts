import type { Reach } from "../accounts/caller.ts";
import { requireOwnProject } from "../accounts/ownership.ts";
import type { Database } from "../db.ts";
import { type Page, type PageRequest, toPage } from "../page.ts";
import type { TtlSecret } from "./secret.ts";
import { listSecrets as readSecrets } from "./secret-store.ts";

/**
 * A page of a project's TTL secrets, newest first.
 *
 * @throws AppError `NOT_FOUND` when no such project is within reach.
 */
export async function listSecrets(
  { db }: { db: Database },
  { reach, projectId, page }: { reach: Reach; projectId: string; page: PageRequest },
): Promise<Page<TtlSecret>> {
  await requireOwnProject(db.orm, reach, projectId);
  return toPage(await readSecrets(db.orm, { projectId, page }), page);
}
