import type { ApiKeyScope } from "../accounts/principal.ts";

/** What an owner sees of an API key: everything but the key. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: ApiKeyScope[];
  /** The only projects it may work with, as far as they still exist; null: all of the vault. */
  projects: { id: string; name: string }[] | null;
  createdAt: Date;
  /** The owner who made it, by e-mail. */
  createdBy: string;
  expiresAt: Date;
  /** To the minute; null before the first use. */
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  revokedAt: Date | null;
}
