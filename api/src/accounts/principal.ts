/** A signed-in person, acting in one of their vaults. */
export interface Member {
  userId: string;
  name: string;
  email: string;
  role: "owner" | "member";
  vaultId: string;
  vaultName: string;
}

/** A member who makes a request by a session. */
export interface MemberPrincipal {
  kind: "member";
  member: Member;
  sessionId: string;
}

/** What an API key can be allowed to do. Public contract, and stored by exactly these names. */
export type ApiKeyScope = "ttl-secrets:create" | "ttl-secrets:read";

/** A valid API key that makes a request. */
export interface ApiKeyPrincipal {
  kind: "api-key";
  id: string;
  name: string;
  vaultId: string;
  scopes: readonly ApiKeyScope[];
  /** The only projects it may access; null: all projects of its vault. */
  projectIds: readonly string[] | null;
  /** By the database's clock. */
  expiresAt: Date;
}

/** Who makes a request, acting in one vault. */
export type Principal = MemberPrincipal | ApiKeyPrincipal;

/** The projects that a principal may access. All others behave as if they did not exist. */
export interface ProjectScope {
  vaultId: string;
  /** The only ones; null: all projects of the vault. */
  projectIds: readonly string[] | null;
}

/** The projects that a member may access: all of their vault. */
export function memberScope({ vaultId }: Member): ProjectScope {
  return { vaultId, projectIds: null };
}

/** The projects that a principal may access. */
export function projectScope(principal: Principal): ProjectScope {
  if (principal.kind === "member") return memberScope(principal.member);
  const { vaultId, projectIds } = principal;
  return { vaultId, projectIds };
}

/**
 * A principal's name in the audit log and in lists: a member's e-mail address, or a key's name. A key's label contains
 * spaces, which an e-mail address here can't, so no key can pass for a member.
 */
export function principalLabel(principal: Principal): string {
  return principal.kind === "member" ? principal.member.email : `API key “${principal.name}”`;
}

/** A principal's stable id, unique across accounts and keys; for rate limits and idempotency digests. */
export function principalId(principal: Principal): string {
  return principal.kind === "member" ? principal.member.userId : `api-key:${principal.id}`;
}
