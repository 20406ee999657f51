import { describe, expect, it } from "vitest";
import type { ApiKeyIdentity } from "../accounts/caller.ts";
import type { Member } from "../accounts/member.ts";
import { type Context, requireCaller, requireMember, requireOwner } from "./context.ts";

const OWNER: Member = {
  userId: "u1",
  name: "Ada",
  email: "ada@example.com",
  role: "owner",
  vaultId: "vault_1",
  vaultName: "Ada's",
};
const KEY: ApiKeyIdentity = {
  id: "k1",
  name: "Bot",
  vaultId: "vault_1",
  scopes: ["ttl-secrets:read"],
  projectIds: null,
  expiresAt: new Date(),
};

const contextOf = ({
  member = null,
  apiKey = null,
}: {
  member?: Member | null;
  apiKey?: ApiKeyIdentity | null;
}) => ({ apiKey, viewer: async () => member, sourceIp: "192.0.2.1" }) as unknown as Context;

const nobody = contextOf({});
const owner = contextOf({ member: OWNER });
const other = contextOf({ member: { ...OWNER, role: "member" } });
// The viewer of a request with a key is nobody; should it ever be somebody, the key still decides.
const program = contextOf({ member: OWNER, apiKey: KEY });

const SIGN_IN = { code: "UNAUTHENTICATED", message: "Sign in first." };
const NO_KEY = { code: "FORBIDDEN", message: "No API key may do this. Sign in to the dashboard." };

describe("what needs a member", () => {
  it("gets them, with their address", async () => {
    expect(await requireMember(owner)).toEqual({ member: OWNER, sourceIp: "192.0.2.1" });
  });

  it("is not for nobody, nor for an API key, whoever else is signed in", async () => {
    await expect(requireMember(nobody)).rejects.toMatchObject(SIGN_IN);
    await expect(requireMember(program)).rejects.toMatchObject(NO_KEY);
  });
});

describe("what needs an owner", () => {
  it("gets them", async () => {
    expect(await requireOwner(owner)).toEqual(OWNER);
  });

  it("is for nobody else", async () => {
    await expect(requireOwner(nobody)).rejects.toMatchObject(SIGN_IN);
    await expect(requireOwner(program)).rejects.toMatchObject(NO_KEY);
    await expect(requireOwner(other)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("what people and programs may do", () => {
  it("gets the member or the key", async () => {
    expect(await requireCaller(other, "ttl-secrets:create")).toMatchObject({
      kind: "member",
      member: { role: "member" },
    });
    expect(await requireCaller(program, "ttl-secrets:read")).toEqual({ kind: "api-key", apiKey: KEY });
  });

  it("is not for nobody, nor for a key without the scope", async () => {
    await expect(requireCaller(nobody, "ttl-secrets:read")).rejects.toMatchObject(SIGN_IN);
    await expect(requireCaller(program, "ttl-secrets:create")).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: "This API key lacks the scope for that. Ask an owner for a key that has it.",
    });
  });
});
