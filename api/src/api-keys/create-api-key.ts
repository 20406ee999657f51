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

/** A new API key with the key itself, which exists in plaintext only here. */
export interface CreatedApiKey {
  apiKey: ApiKey;
  key: string;
}

/**
 * Creates an API key for the owner's vault, or for some of its projects. Its days are counted by the database's
 * clock.
 *
 * @throws AppError `BAD_USER_INPUT` for a name that breaks the rules or was given to a key of the vault before, no
 *   scope, an empty list of projects or one of over 100, days out of 1 to 365; `NOT_FOUND` when a project is not the
 *   vault's; `FORBIDDEN` when the owner is none any more, or disabled. Nothing is stored then.
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
    // What ends an account ends its keys: none may come after.
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
  if (!apiKey) throw new Error("a vault was deleted while it got an API key");
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
