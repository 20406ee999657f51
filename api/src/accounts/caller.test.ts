import { describe, expect, it } from "vitest";
import { type Caller, idOf, labelOf, projectScope } from "./caller.ts";

const member: Caller = {
  kind: "member",
  member: {
    userId: "u1",
    name: "Ada",
    email: "ada@example.com",
    role: "member",
    vaultId: "vault_1",
    vaultName: "Ada's",
  },
};
const key = (id: string, projectIds: string[] | null): Caller => ({
  kind: "api-key",
  apiKey: { id, name: "Bot", vaultId: "vault_2", scopes: [], projectIds, expiresAt: new Date() },
});

describe("a caller", () => {
  it("reaches the whole vault as a member, and as an API key what the key is for", () => {
    expect(projectScope(member)).toEqual({ vaultId: "vault_1", projectIds: null });
    expect(projectScope(key("k1", null))).toEqual({ vaultId: "vault_2", projectIds: null });
    expect(projectScope(key("k1", ["p1"]))).toEqual({ vaultId: "vault_2", projectIds: ["p1"] });
  });

  it("is called by e-mail address or by the key's name, which is no address", () => {
    expect(labelOf(member)).toBe("ada@example.com");
    expect(labelOf(key("k1", null))).toBe("API key “Bot”");
  });

  it("is told apart from every other", () => {
    expect(idOf(member)).toBe("u1");
    expect(idOf(key("u1", null))).toBe("api-key:u1");
  });
});
