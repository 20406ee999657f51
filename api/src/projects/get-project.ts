import type { Member } from "../accounts/member.ts";
import type { Database } from "../db.ts";
import { notFound } from "../errors.ts";
import { isId } from "../page.ts";
import type { Project } from "./project.ts";
import { findProject } from "./project-store.ts";

/**
 * The member's own project.
 *
 * @throws AppError `NOT_FOUND` when the member's vault has no such project.
 */
export async function getProject(
  { db }: { db: Database },
  { member, projectId }: { member: Member; projectId: string },
): Promise<Project> {
  const project = isId(projectId) ? await findProject(db.orm, member.vaultId, projectId) : undefined;
  if (!project) throw notFound("project");
  return project;
}
