import { describe, expect, it } from "vitest";
import { type Authentication, requireMember, requireOwner, requirePrincipal } from "./authorization.ts";
import type { ApiKeyPrincipal, Member, Principal } from "./principal.ts";

const OWNER: Member = {
  userId: "u1",
  name: "Ada",
  email: "ada@example.com",
  role: "owner",
  vaultId: "vault_1",
  vaultName: "Ada's",
};
const KEY: ApiKeyPrincipal = {
  kind: "api-key",
  id: "k1",
  name: "Bot",
  vaultId: "vault_1",
  scopes: ["ttl-secrets:read"],
  projectIds: null,
  expiresAt: new Date(),
};

const requestOf = (principal: Principal | null, apiKey: ApiKeyPrincipal | null = null): Authentication => ({
  apiKey,
  principal: async () => principal,
  cookies: [],
});
const member = (role: Member["role"]): Principal => ({
  kind: "member",
  member: { ...OWNER, role },
  sessionId: "s1",
});

const stranger = requestOf(null);
const owner = requestOf(member("owner"));
const other = requestOf(member("member"));
const program = requestOf(KEY, KEY);
// http/authenticate.ts returns no such thing; should it ever, the key decides.
const keyAndSession = requestOf(member("owner"), KEY);

const SIGN_IN = { code: "UNAUTHENTICATED", message: "Sign in first." };
const NO_KEY = { code: "FORBIDDEN", message: "No API key may do this. Sign in to the dashboard." };

describe("requireMember", () => {
  it("returns the member with their session", async () => {
    expect(await requireMember(owner)).toEqual({ kind: "member", member: OWNER, sessionId: "s1" });
  });

  it("refuses strangers, and API keys even together with a session", async () => {
    await expect(requireMember(stranger)).rejects.toMatchObject(SIGN_IN);
    await expect(requireMember(program)).rejects.toMatchObject(NO_KEY);
    await expect(requireMember(keyAndSession)).rejects.toMatchObject(NO_KEY);
  });
});

describe("requireOwner", () => {
  it("returns the owner", async () => {
    expect(await requireOwner(owner)).toEqual(OWNER);
  });

  it("refuses strangers, API keys and other members", async () => {
    await expect(requireOwner(stranger)).rejects.toMatchObject(SIGN_IN);
    await expect(requireOwner(program)).rejects.toMatchObject(NO_KEY);
    await expect(requireOwner(keyAndSession)).rejects.toMatchObject(NO_KEY);
    await expect(requireOwner(other)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("requirePrincipal", () => {
  it("returns the member or the key", async () => {
    expect(await requirePrincipal(other, "ttl-secrets:create")).toMatchObject({
      kind: "member",
      member: { role: "member" },
    });
    expect(await requirePrincipal(program, "ttl-secrets:read")).toEqual(KEY);
    expect(await requirePrincipal(keyAndSession, "ttl-secrets:read")).toEqual(KEY);
  });

  it("refuses strangers, and keys without the scope", async () => {
    await expect(requirePrincipal(stranger, "ttl-secrets:read")).rejects.toMatchObject(SIGN_IN);
    for (const request of [program, keyAndSession]) {
      await expect(requirePrincipal(request, "ttl-secrets:create")).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: "This API key lacks the scope for that. Ask an owner for a key that has it.",
      });
    }
  });
});
