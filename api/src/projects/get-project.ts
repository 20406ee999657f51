import { inScope } from "../accounts/ownership.ts";
import type { ProjectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import type { Project } from "./project.ts";
import { findProject } from "./project-store.ts";

/**
 * Finds the project in the scope.
 *
 * @throws AppError `NOT_FOUND`.
 */
export async function getProject(
  { db }: { db: Database },
  { scope, projectId }: { scope: ProjectScope; projectId: string },
): Promise<Project> {
  const project = inScope(scope, projectId) ? await findProject(db.orm, scope.vaultId, projectId) : undefined;
  if (!project) throw notFound("project");
  return project;
}
