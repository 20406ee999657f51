import type { ProjectScope } from "../accounts/caller.ts";
import type { Database } from "../db/client.ts";
import { type Page, type PageRequest, toPage } from "../shared/paging.ts";
import type { Project } from "./project.ts";
import { listProjects as readProjects } from "./project-store.ts";

/** A page of the projects within reach, newest first. */
export async function listProjects(
  { db }: { db: Database },
  { reach, page }: { reach: ProjectScope; page: PageRequest },
): Promise<Page<Project>> {
  return toPage(await readProjects(db.orm, reach, page), page);
}
