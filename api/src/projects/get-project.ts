import type { ProjectScope } from "../accounts/caller.ts";
import { inScope } from "../accounts/ownership.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import type { Project } from "./project.ts";
import { findProject } from "./project-store.ts";

/**
 * The project, if it is within reach.
 *
 * @throws AppError `NOT_FOUND`.
 */
export async function getProject(
  { db }: { db: Database },
  { reach, projectId }: { reach: ProjectScope; projectId: string },
): Promise<Project> {
  const project = inScope(reach, projectId) ? await findProject(db.orm, reach.vaultId, projectId) : undefined;
  if (!project) throw notFound("project");
  return project;
}
