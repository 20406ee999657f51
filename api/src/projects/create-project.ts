import { randomUUID } from "node:crypto";
import { type Member, memberScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { checkName } from "../shared/name.ts";
import { getProject } from "./get-project.ts";
import type { Project } from "./project.ts";
import { insertProject } from "./project-store.ts";

/**
 * Creates a project in the member's vault.
 *
 * @throws AppError `BAD_USER_INPUT` on `name`.
 */
export async function createProject(
  deps: { db: Database },
  { member, name }: { member: Member; name: string },
): Promise<Project> {
  const id = randomUUID();
  await insertProject(deps.db.orm, { id, vaultId: member.vaultId, name: checkName(name) });
  return getProject(deps, { scope: memberScope(member), projectId: id });
}
