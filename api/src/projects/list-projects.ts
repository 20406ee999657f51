import type { Member } from "../accounts/member.ts";
import type { Database } from "../db.ts";
import { type Page, type PageRequest, toPage } from "../page.ts";
import type { Project } from "./project.ts";
import { listProjects as readProjects } from "./project-store.ts";

/** A page of the member's vault's projects, newest first. */
export async function listProjects(
  { db }: { db: Database },
  { member, page }: { member: Member; page: PageRequest },
): Promise<Page<Project>> {
  return toPage(await readProjects(db.orm, member.vaultId, page), page);
}
