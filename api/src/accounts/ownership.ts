import type { Queryable } from "../db.ts";
import { notFound } from "../errors.ts";
import { isId } from "../page.ts";
import type { Member } from "./member.ts";
import { vaultOwnsProject } from "./member-store.ts";

/**
 * Lets a use case go on only when the member's vault owns the project. Another vault's project gets the answer of
 * one that does not exist.
 *
 * @throws AppError `NOT_FOUND`.
 */
export async function requireOwnProject(db: Queryable, member: Member, projectId: string): Promise<void> {
  if (!isId(projectId) || !(await vaultOwnsProject(db, member.vaultId, projectId))) throw notFound("project");
}
