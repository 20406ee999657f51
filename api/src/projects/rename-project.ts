import { type Member, memberScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { checkName } from "../shared/name.ts";
import { isId } from "../shared/paging.ts";
import { getProject } from "./get-project.ts";
import type { Project } from "./project.ts";
import { renameProject as storeName } from "./project-store.ts";

/**
 * Renames the project.
 *
 * @throws AppError `BAD_USER_INPUT` on `name`; `NOT_FOUND` when the member's vault has no such project.
 */
export async function renameProject(
  deps: { db: Database },
  { member, projectId, name }: { member: Member; projectId: string; name: string },
): Promise<Project> {
  const newName = checkName(name);
  if (!isId(projectId) || !(await storeName(deps.db.orm, member.vaultId, projectId, newName))) {
    throw notFound("project");
  }
  return getProject(deps, { scope: memberScope(member), projectId });
}
