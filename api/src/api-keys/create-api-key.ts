import { randomUUID } from "node:crypto";
import { lockOwner } from "../accounts/member-store.ts";
import type { ApiKeyScope, Member } from "../accounts/principal.ts";
import { hashApiKey, newApiKey } from "../crypto/api-key.ts";
import type { Database } from "../db/client.ts";
import { badInput, notFound, ownersOnly } from "../shared/errors.ts";
import { checkName } from "../shared/name.ts";
import { isId } from "../shared/paging.ts";
import type { ApiKey } from "./api-key.ts";
import { countOwned, findApiKey, insertApiKey } from "./api-key-store.ts";

const MAX_PROJECTS = 100;
const MAX_DAYS = 365;

/** A new API key with the key itself. Nothing else ever holds it in plaintext. */
export interface CreatedApiKey {
  apiKey: ApiKey;
  key: string;
}

/**
 * Creates an API key for the owner's vault, or for some of its projects. The database's clock counts its days.
 *
 * @throws AppError `BAD_USER_INPUT` for an invalid name or one that a key of the vault has or had, no scope, an empty list
 *   of projects or more than 100, or days outside 1 to 365; `NOT_FOUND` when the vault does not own a project; `FORBIDDEN`
 *   when the account is no longer an owner, or disabled. Nothing is stored then.
 */
export async function createApiKey(
  { db }: { db: Database },
  input: {
    owner: Member;
    name: string;
    scopes: readonly ApiKeyScope[];
    projectIds: readonly string[] | null;
    expiresInDays: number;
  },
): Promise<CreatedApiKey> {
  const { owner, expiresInDays } = input;
  const { vaultId } = owner;
  const name = checkName(input.name);
  const scopes = [...new Set(input.scopes)];
  if (scopes.length === 0) throw badInput("scopes", "Choose what the key may do.");
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > MAX_DAYS) {
    throw badInput("expiresInDays", "Choose a time from 1 to 365 days.");
  }
  const projectIds = input.projectIds && (await ownedProjects(db, vaultId, input.projectIds));

  const id = randomUUID();
  const key = newApiKey();
  const isStored = await db.orm.transaction(async (tx) => {
    // Disabling an account revokes its keys, so no key may be created after that.
    if (!(await lockOwner(tx, owner))) throw ownersOnly();
    return insertApiKey(tx, {
      id,
      vaultId,
      name,
      keyHash: hashApiKey(key),
      scopes,
      projectIds,
      createdBy: owner.email,
      expiresInDays,
    });
  });
  if (!isStored) {
    throw badInput(
      "name",
      "This vault has, or had, an API key of that name. Choose another, so that the audit log stays clear.",
    );
  }
  const apiKey = await findApiKey(db.orm, vaultId, id);
  if (!apiKey) throw new Error("the vault of a new API key was deleted");
  return { apiKey, key };
}

async function ownedProjects(db: Database, vaultId: string, given: readonly string[]): Promise<string[]> {
  const ids = [...new Set(given)];
  if (ids.length === 0 || ids.length > MAX_PROJECTS) {
    throw badInput(
      "projectIds",
      `Choose 1 to ${MAX_PROJECTS} projects, or leave them out for the whole vault.`,
    );
  }
  if (!ids.every(isId) || (await countOwned(db.orm, vaultId, ids)) < ids.length) throw notFound("project");
  return ids;
}
