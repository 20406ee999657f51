import type { Queryable } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import type { ProjectScope } from "./caller.ts";
import { vaultOwnsProject } from "./member-store.ts";

/**
 * Lets a use case go on only when the project is within reach. One that is not gets the answer of one that does not
 * exist.
 *
 * @throws AppError `NOT_FOUND`.
 */
export async function requireOwnProject(
  db: Queryable,
  reach: ProjectScope,
  projectId: string,
): Promise<void> {
  if (!inScope(reach, projectId) || !(await vaultOwnsProject(db, reach.vaultId, projectId))) {
    throw notFound("project");
  }
}

/** Whether the id is one, and not of a project that is out of reach whichever vault owns it. */
export function inScope({ projectIds }: ProjectScope, projectId: string): boolean {
  return isId(projectId) && (projectIds === null || projectIds.includes(projectId));
}
