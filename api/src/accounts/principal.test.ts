import { describe, expect, it } from "vitest";
import { type Principal, principalId, principalLabel, projectScope } from "./principal.ts";

const member: Principal = {
  kind: "member",
  member: {
    userId: "u1",
    name: "Ada",
    email: "ada@example.com",
    role: "member",
    vaultId: "vault_1",
    vaultName: "Ada's",
  },
  sessionId: "s1",
};
const key = (id: string, projectIds: string[] | null): Principal => ({
  kind: "api-key",
  id,
  name: "Bot",
  vaultId: "vault_2",
  scopes: [],
  projectIds,
  expiresAt: new Date(),
});

describe("a principal", () => {
  it("may access all projects of the vault as a member, and only its own projects as an API key", () => {
    expect(projectScope(member)).toEqual({ vaultId: "vault_1", projectIds: null });
    expect(projectScope(key("k1", null))).toEqual({ vaultId: "vault_2", projectIds: null });
    expect(projectScope(key("k1", ["p1"]))).toEqual({ vaultId: "vault_2", projectIds: ["p1"] });
  });

  it("is labelled with the e-mail address or the key's name, which can't be an address", () => {
    expect(principalLabel(member)).toBe("ada@example.com");
    expect(principalLabel(key("k1", null))).toBe("API key “Bot”");
  });

  it("has an id that no account and key share", () => {
    expect(principalId(member)).toBe("u1");
    expect(principalId(key("u1", null))).toBe("api-key:u1");
  });
});
