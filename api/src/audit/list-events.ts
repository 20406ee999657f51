import { requireOwnProject } from "../accounts/ownership.ts";
import { type Member, memberScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { badInput, notFound } from "../shared/errors.ts";
import { isId, type Page, type PageRequest, toPage } from "../shared/paging.ts";
import type { AuditEvent, AuditFilter } from "./audit-event.ts";
import { hasEvents, listEvents as readEvents } from "./audit-store.ts";

/**
 * A page of a vault's audit log, or of one project's, newest first. The log outlives its project: it stays readable, to
 * members of the vault, after the project was deleted.
 *
 * @throws AppError `NOT_FOUND` if the vault has neither such a project nor events of one; `BAD_USER_INPUT` on `to`.
 */
export async function listEvents(
  { db }: { db: Database },
  { member, filter, page }: { member: Member; filter: AuditFilter; page: PageRequest },
): Promise<Page<AuditEvent>> {
  await checkFilter({ db }, { member, filter });
  return toPage(await readEvents(db.orm, { vaultId: member.vaultId, filter, page }), page);
}

/** Checks that the project belongs to the member's vault and the range is not empty. @throws as `listEvents`. */
export async function checkFilter(
  { db }: { db: Database },
  { member, filter: { projectId, from, to } }: { member: Member; filter: AuditFilter },
): Promise<void> {
  if (from && to && from >= to) throw badInput("to", "Choose an end after the start.");
  if (projectId == null) return;
  if (!isId(projectId)) throw notFound("project");
  if (!(await hasEvents(db.orm, member.vaultId, projectId))) {
    await requireOwnProject(db.orm, memberScope(member), projectId);
  }
}
