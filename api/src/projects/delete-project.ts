import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import { deleteProject as remove } from "./project-store.ts";

/**
 * Deletes the project and, in the same transaction, all its TTL secrets, including pending ones. Its audit events stay, with
 * one for the deletion, which says how many pending secrets it took.
 *
 * @throws AppError `NOT_FOUND` when the member's vault has no such project.
 */
export async function deleteProject(
  { db }: { db: Database },
  { member, sourceIp, projectId }: { member: Member; sourceIp: string; projectId: string },
): Promise<void> {
  const { vaultId, email: actor } = member;
  if (!isId(projectId) || !(await remove(db, { vaultId, id: projectId, actor, sourceIp }))) {
    throw notFound("project");
  }
}
