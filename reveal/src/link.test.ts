import { describe, expect, test } from "vitest";
import { parseLink } from "./link.ts";

const TOKEN = "AbCdEfGhIjKlMnOpQrSt-_";

describe("parseLink", () => {
  test("reads the vault and the token from the path", () => {
    expect(parseLink(`/vault_x1-Y_2/${TOKEN}`)).toEqual({ vaultId: "vault_x1-Y_2", token: TOKEN });
  });

  test("accepts a trailing slash", () => {
    expect(parseLink(`/vault_a/${TOKEN}/`)).toEqual({ vaultId: "vault_a", token: TOKEN });
  });

  test.each([
    ["no path", "/"],
    ["a token that lost a character", `/vault_a/${TOKEN.slice(1)}`],
    ["a token with a character too many", `/vault_a/${TOKEN}x`],
    ["a full stop from the end of a sentence", `/vault_a/${TOKEN}.`],
    ["another alphabet", `/vault_a/${TOKEN.slice(2)}%20`],
    ["no vault", `/vault_/${TOKEN}`],
    ["something else in the vault's place", `/project_a/${TOKEN}`],
    ["more in front", `/x/vault_a/${TOKEN}`],
    ["more behind", `/vault_a/${TOKEN}/x`],
    ["a vault id that is not one", `/vault_a.b/${TOKEN}`],
  ])("refuses %s", (_, path) => {
    expect(parseLink(path)).toBeNull();
  });
});
