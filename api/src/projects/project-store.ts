import { projects, ttlSecretPayloads, ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { ProjectScope } from "../accounts/principal.ts";
import { insertEvents } from "../audit/audit-store.ts";
import type { Database, Queryable } from "../db/client.ts";
import { after } from "../shared/keyset.ts";
import type { PageRequest } from "../shared/paging.ts";
import type { Project } from "./project.ts";

const projectFields = {
  id: projects.id,
  name: projects.name,
  createdAt: projects.createdAt,
  // Columns are written out: drizzle leaves the table off in a query of one table, and "id" would be the secret's.
  pendingTtlSecretCount: sql<number>`(
    SELECT count(*)::int FROM ${ttlSecrets} s
    WHERE s.project_id = ${projects}.id AND s.status = 'pending' AND s.expires_at > now())`,
};

const inVault = (vaultId: string, id: string) => and(eq(projects.id, id), eq(projects.vaultId, vaultId));

/** Stores a new project. */
export async function insertProject(
  db: Queryable,
  project: { id: string; vaultId: string; name: string },
): Promise<void> {
  await db.insert(projects).values(project);
}

/** A project of the vault. `id` must be a UUID. */
export async function findProject(db: Queryable, vaultId: string, id: string): Promise<Project | undefined> {
  const [row] = await db.select(projectFields).from(projects).where(inVault(vaultId, id));
  return row;
}

/** A page of the projects in the scope, newest first, plus one row when there is a next page. */
export function listProjects(
  db: Queryable,
  { vaultId, projectIds }: ProjectScope,
  page: PageRequest,
): Promise<Project[]> {
  const { createdAt, id } = projects;
  return db
    .select(projectFields)
    .from(projects)
    .where(
      and(
        eq(projects.vaultId, vaultId),
        projectIds ? inArray(id, [...projectIds]) : undefined,
        after(createdAt, id, page.after),
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(page.first + 1);
}

/** Renames a project of the vault. Returns whether the vault has it. */
export async function renameProject(
  db: Queryable,
  vaultId: string,
  id: string,
  name: string,
): Promise<boolean> {
  const rows = await db
    .update(projects)
    .set({ name })
    .where(inVault(vaultId, id))
    .returning({ id: projects.id });
  return rows.length > 0;
}

/**
 * Deletes a project of the vault with all its TTL secrets, and records that, in one transaction. Returns whether the vault
 * had it.
 *
 * The lock on the project keeps new secrets out. Payloads are deleted before secrets, the order in which a reveal, a revoke
 * and a sweep lock them, so that none of these can deadlock with the deletion.
 */
export function deleteProject(
  db: Database,
  deletion: { vaultId: string; id: string; actor: string; sourceIp: string },
): Promise<boolean> {
  const { vaultId, id, actor, sourceIp } = deletion;
  return db.orm.transaction(async (tx) => {
    const [project] = await tx
      .select({ name: projects.name })
      .from(projects)
      .where(inVault(vaultId, id))
      .for("update");
    if (!project) return false;
    const secretIds = tx.select({ id: ttlSecrets.id }).from(ttlSecrets).where(eq(ttlSecrets.projectId, id));
    const payloads = await tx
      .delete(ttlSecretPayloads)
      .where(inArray(ttlSecretPayloads.secretId, secretIds))
      .returning({ isPending: sql<boolean>`${ttlSecretPayloads.expiresAt} > now()` });
    const pendingTtlSecretCount = payloads.filter(({ isPending }) => isPending).length;
    // A running attempt loses its secret here and can no longer record its audit event, so the deletion does.
    const attempts = await tx
      .select({ id: ttlSecrets.id, name: ttlSecrets.name, attemptedFrom: ttlSecrets.attemptedFrom })
      .from(ttlSecrets)
      .where(and(eq(ttlSecrets.projectId, id), isNotNull(ttlSecrets.attemptedFrom)))
      .for("update");
    await tx.delete(projects).where(eq(projects.id, id));
    const place = { vaultId, projectId: id };
    await insertEvents(tx, [
      ...attempts.map((attempt) => ({
        ...place,
        action: "temporary_secret_failed" as const,
        details: { reason: "project_deleted" as const },
        sourceIp: attempt.attemptedFrom ?? "",
        actor: null,
        ttlSecretId: attempt.id,
        ttlSecretName: attempt.name,
      })),
      {
        ...place,
        action: "project_deleted",
        details: { projectName: project.name, pendingTtlSecretCount },
        sourceIp,
        actor,
        ttlSecretId: null,
        ttlSecretName: null,
      },
    ]);
    return true;
  });
}
