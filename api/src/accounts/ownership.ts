import type { Queryable } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import { vaultOwnsProject } from "./member-store.ts";
import type { ProjectScope } from "./principal.ts";

/**
 * Checks that the project exists and is in scope. Both failures give the same error.
 *
 * @throws AppError `NOT_FOUND`.
 */
export async function requireOwnProject(
  db: Queryable,
  scope: ProjectScope,
  projectId: string,
): Promise<void> {
  if (!inScope(scope, projectId) || !(await vaultOwnsProject(db, scope.vaultId, projectId))) {
    throw notFound("project");
  }
}

/** Whether the id is a UUID and the scope includes it. Does not check that the vault owns the project. */
export function inScope({ projectIds }: ProjectScope, projectId: string): boolean {
  return isId(projectId) && (projectIds === null || projectIds.includes(projectId));
}
