import { AppError, ownersOnly } from "../shared/errors.ts";
import type { ApiKeyPrincipal, ApiKeyScope, Member, MemberPrincipal, Principal } from "./principal.ts";

/** Who makes a request: the result of `http/authenticate.ts`, which all authorization is based on. */
export interface Authentication {
  /** The request's API key, verified; null without one. Reading it costs no query. */
  readonly apiKey: ApiKeyPrincipal | null;
  /** The API key, or the member of the request's session; null for a stranger. Looks up the session once, when first called. */
  readonly principal: () => Promise<Principal | null>;
  /** `Set-Cookie` values for the response; complete once `principal` has resolved, if it was called at all. */
  readonly cookies: readonly string[];
}

/**
 * The member who makes the request, for what no API key may do.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key.
 */
export async function requireMember({ apiKey, principal }: Authentication): Promise<MemberPrincipal> {
  const found = apiKey ?? (await principal());
  if (!found) throw new AppError("UNAUTHENTICATED", "Sign in first.");
  if (found.kind === "api-key") {
    throw new AppError("FORBIDDEN", "No API key may do this. Sign in to the dashboard.");
  }
  return found;
}

/**
 * The owner who makes the request, for what other members may not do either.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key and for other members.
 */
export async function requireOwner(request: Authentication): Promise<Member> {
  const { member } = await requireMember(request);
  if (member.role !== "owner") throw ownersOnly();
  return member;
}

/**
 * The principal that makes the request: a member, or an API key with this scope.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key without the scope.
 */
export async function requirePrincipal(request: Authentication, scope: ApiKeyScope): Promise<Principal> {
  const { apiKey } = request;
  if (!apiKey) return requireMember(request);
  if (!apiKey.scopes.includes(scope)) {
    throw new AppError(
      "FORBIDDEN",
      "This API key lacks the scope for that. Ask an owner for a key that has it.",
    );
  }
  return apiKey;
}
