import type { Member } from "./member.ts";

/** What an API key can be allowed to do. Public contract, and stored by exactly these names. */
export type ApiKeyScope = "ttl-secrets:create" | "ttl-secrets:read";

/** A valid API key, as the caller of a request. */
export interface ApiKeyIdentity {
  id: string;
  name: string;
  vaultId: string;
  scopes: readonly ApiKeyScope[];
  /** The only projects it may work with; null: all of its vault. */
  projectIds: readonly string[] | null;
  /** From then on, by the database's clock, it is no longer valid. */
  expiresAt: Date;
}

/** Who makes a request that both people and programs may make. */
export type Caller = { kind: "member"; member: Member } | { kind: "api-key"; apiKey: ApiKeyIdentity };

/** The projects that a request may touch at all. All others behave as if they did not exist. */
export interface ProjectScope {
  vaultId: string;
  /** The only ones; null: all of the vault. */
  projectIds: readonly string[] | null;
}

/** A member's reach: their whole vault. */
export function memberScope({ vaultId }: Member): ProjectScope {
  return { vaultId, projectIds: null };
}

/** A caller's reach. */
export function projectScope(caller: Caller): ProjectScope {
  if (caller.kind === "member") return memberScope(caller.member);
  const { vaultId, projectIds } = caller.apiKey;
  return { vaultId, projectIds };
}

/**
 * What the audit log and the lists call a caller: a member by e-mail, a key by name. No key can pass for a member,
 * because an e-mail address here has no space in it.
 */
export function labelOf(caller: Caller): string {
  return caller.kind === "member" ? caller.member.email : `API key “${caller.apiKey.name}”`;
}

/** A caller's identity as text, the same for as long as the account or key exists; for counters and digests. */
export function idOf(caller: Caller): string {
  return caller.kind === "member" ? caller.member.userId : `api-key:${caller.apiKey.id}`;
}
