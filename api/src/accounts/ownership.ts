import type { Queryable } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import { vaultOwnsProject } from "./member-store.ts";
import type { ProjectScope } from "./principal.ts";

/**
 * Lets a use case go on only when the project is in scope. One that is not gets the answer of one that does not
 * exist.
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

/** Whether the id is one, and not of a project that is out of scope whichever vault owns it. */
export function inScope({ projectIds }: ProjectScope, projectId: string): boolean {
  return isId(projectId) && (projectIds === null || projectIds.includes(projectId));
}
