import type { ProjectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { type Page, type PageRequest, toPage } from "../shared/paging.ts";
import type { Project } from "./project.ts";
import { listProjects as readProjects } from "./project-store.ts";

/** A page of the projects in the scope, newest first. */
export async function listProjects(
  { db }: { db: Database },
  { scope, page }: { scope: ProjectScope; page: PageRequest },
): Promise<Page<Project>> {
  return toPage(await readProjects(db.orm, scope, page), page);
}
