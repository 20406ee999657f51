import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { type Page, type PageRequest, toPage } from "../shared/paging.ts";
import type { ApiKey } from "./api-key.ts";
import { listApiKeys as readApiKeys } from "./api-key-store.ts";

/** A page of the API keys of the owner's vault, newest first, including expired and revoked ones. */
export async function listApiKeys(
  { db }: { db: Database },
  { owner, page }: { owner: Member; page: PageRequest },
): Promise<Page<ApiKey>> {
  return toPage(await readApiKeys(db.orm, owner.vaultId, page), page);
}
