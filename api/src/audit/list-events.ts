import { reachOfMember } from "../accounts/caller.ts";
import type { Member } from "../accounts/member.ts";
import { requireOwnProject } from "../accounts/ownership.ts";
import type { Database } from "../db.ts";
import { notFound } from "../errors.ts";
import { isId, type Page, type PageRequest, toPage } from "../page.ts";
import type { AuditEvent } from "./audit-event.ts";
import { listEvents as readEvents } from "./audit-store.ts";

/**
 * A page of a project's audit log, newest first. The log outlives its project: it stays readable, to members of
 * the vault, after the project was deleted.
 *
 * @throws AppError `NOT_FOUND` when the vault has neither such a project nor events of one.
 */
export async function listEvents(
  { db }: { db: Database },
  { member, projectId, page }: { member: Member; projectId: string; page: PageRequest },
): Promise<Page<AuditEvent>> {
  if (!isId(projectId)) throw notFound("project");
  const rows = await readEvents(db.orm, { vaultId: member.vaultId, projectId, page });
  if (rows.length === 0) await requireOwnProject(db.orm, reachOfMember(member), projectId);
  return toPage(rows, page);
}
