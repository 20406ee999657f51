import type { ApiKeyScope } from "../accounts/principal.ts";

/** An API key as its owners see it: everything but the key itself. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: ApiKeyScope[];
  /** The only projects it may access, as far as they still exist; null: all projects of the vault. */
  projects: { id: string; name: string }[] | null;
  createdAt: Date;
  /** E-mail address of the owner who created it. */
  createdBy: string;
  expiresAt: Date;
  /** Precise to a minute; null before the first use. */
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  revokedAt: Date | null;
}
