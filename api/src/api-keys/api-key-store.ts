/** All SQL about API keys. A key is only ever looked up by its hash. */
import { apiKeys, projects } from "@ttl-secrets/drizzle/schema";
import { and, count, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { ApiKeyPrincipal, ApiKeyScope } from "../accounts/principal.ts";
import type { Queryable } from "../db/client.ts";
import { after } from "../shared/keyset.ts";
import type { PageRequest } from "../shared/paging.ts";
import type { ApiKey } from "./api-key.ts";

/** Precision of the last use: at most one write per key in this time, whatever the traffic. */
const LAST_USE_SECONDS = 60;

const lastUseIsOld = sql<boolean>`(${apiKeys.lastUsedAt} IS NULL
  OR ${apiKeys.lastUsedAt} <= now() - make_interval(secs => ${LAST_USE_SECONDS}))`;

const isUsable = and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`));

const principalFields = {
  id: apiKeys.id,
  name: apiKeys.name,
  vaultId: apiKeys.vaultId,
  scopes: apiKeys.scopes,
  projectIds: apiKeys.projectIds,
  expiresAt: apiKeys.expiresAt,
};

const listFields = {
  id: apiKeys.id,
  name: apiKeys.name,
  scopes: apiKeys.scopes,
  // Columns are written out: drizzle leaves the table off in a query of one table.
  projects: sql<ApiKey["projects"]>`
    CASE WHEN api_keys.project_ids IS NOT NULL THEN (
      SELECT coalesce(json_agg(json_build_object('id', p.id, 'name', p.name) ORDER BY p.name, p.id), '[]')
      FROM ${projects} p WHERE p.id = ANY(api_keys.project_ids) AND p.vault_id = api_keys.vault_id
    ) END`,
  createdAt: apiKeys.createdAt,
  createdBy: apiKeys.createdBy,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  lastUsedIp: apiKeys.lastUsedIp,
  revokedAt: apiKeys.revokedAt,
};

/** A key to store. */
interface NewApiKey {
  id: string;
  vaultId: string;
  name: string;
  keyHash: Buffer;
  scopes: ApiKeyScope[];
  projectIds: string[] | null;
  createdBy: string;
  /** Counted by the database's clock. */
  expiresInDays: number;
}

/** Stores a new key, unless the vault has or had one with its name. Returns whether it was stored. */
export async function insertApiKey(db: Queryable, { expiresInDays, ...key }: NewApiKey): Promise<boolean> {
  const expiresAt = sql`now() + make_interval(days => ${expiresInDays})`;
  const rows = await db
    .insert(apiKeys)
    .values({ ...key, expiresAt })
    .onConflictDoNothing({ target: [apiKeys.vaultId, apiKeys.name] })
    .returning({ id: apiKeys.id });
  return rows.length > 0;
}

/** The usable key with this hash, and whether its stored time of last use must be updated. */
export async function findUsableByHash(
  db: Queryable,
  keyHash: Buffer,
): Promise<{ apiKey: ApiKeyPrincipal; lastUseIsOld: boolean } | undefined> {
  const [row] = await db
    .select({ ...principalFields, lastUseIsOld })
    .from(apiKeys)
    .where(and(eq(apiKeys.keyHash, keyHash), isUsable));
  if (!row) return undefined;
  const { lastUseIsOld: isOld, ...fields } = row;
  return { apiKey: { kind: "api-key", ...fields }, lastUseIsOld: isOld };
}

/** Records a use, unless one was recorded in the last minute. */
export async function recordUse(db: Queryable, id: string, sourceIp: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()`, lastUsedIp: sourceIp })
    .where(and(eq(apiKeys.id, id), lastUseIsOld));
}

/** A page of a vault's keys, newest first, plus one row when there is a next page. */
export function listApiKeys(db: Queryable, vaultId: string, page: PageRequest): Promise<ApiKey[]> {
  const { createdAt, id } = apiKeys;
  return db
    .select(listFields)
    .from(apiKeys)
    .where(and(eq(apiKeys.vaultId, vaultId), after(createdAt, id, page.after)))
    .orderBy(desc(createdAt), desc(id))
    .limit(page.first + 1);
}

/** A key of the vault. `id` must be a UUID. */
export async function findApiKey(db: Queryable, vaultId: string, id: string): Promise<ApiKey | undefined> {
  const [row] = await db
    .select(listFields)
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.vaultId, vaultId)));
  return row;
}

/** Revokes a key of the vault; one already revoked stays unchanged. Returns whether the vault has the key. */
export async function revokeApiKey(
  db: Queryable,
  { vaultId, id, revokedBy }: { vaultId: string; id: string; revokedBy: string },
): Promise<boolean> {
  const rows = await db
    .update(apiKeys)
    .set({
      revokedAt: sql`coalesce(${apiKeys.revokedAt}, now())`,
      revokedBy: sql`coalesce(${apiKeys.revokedBy}, ${revokedBy})`,
    })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.vaultId, vaultId)))
    .returning({ id: apiKeys.id });
  return rows.length > 0;
}

/** Revokes every key that the account with this e-mail address created, in any vault. Returns how many it revoked. */
export async function revokeKeysMadeBy(db: Queryable, email: string, revokedBy: string): Promise<number> {
  const rows = await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()`, revokedBy })
    .where(and(eq(apiKeys.createdBy, email), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return rows.length;
}

/** How many of these projects the vault owns. The ids must be distinct UUIDs. */
export async function countOwned(db: Queryable, vaultId: string, projectIds: string[]): Promise<number> {
  const [row] = await db
    .select({ owned: count() })
    .from(projects)
    .where(and(eq(projects.vaultId, vaultId), inArray(projects.id, projectIds)));
  return row?.owned ?? 0;
}
