import { describe, expect, test } from "vitest";
import { hasLostCapitals, parseLink } from "./link.ts";

const TOKEN = "AbCdEfGhIjKlMnOpQrSt-_";

describe("parseLink", () => {
  test("reads the vault and the token from the path", () => {
    expect(parseLink(`/vault_x1-Y_2/${TOKEN}`)).toEqual({ vaultId: "vault_x1-Y_2", token: TOKEN });
  });

  test("accepts a trailing slash", () => {
    expect(parseLink(`/vault_a/${TOKEN}/`)).toEqual({ vaultId: "vault_a", token: TOKEN });
  });

  test.each([
    ...[
      ".",
      ",",
      ")",
      ">",
      "%3E",
      "]",
      "%22",
      ";",
      "%20",
      "%C2%A0",
      "%E2%80%8B",
      "&data=05",
      "…",
      "'",
      "*",
      "%",
      "%zz",
      "%E2",
    ],
    ...[
      "%3Futm=1",
      "&data=05%7C01%7Cabc",
      "/.",
      "/)",
      "%E2%80%9D.",
      ".%20Please%20open%20it",
      "です",
      "%e3%81%a7",
      "//",
    ],
  ])("ignores what follows the token: %s", (rest) => {
    expect(parseLink(`/vault_a/${TOKEN}${rest}`)).toEqual({ vaultId: "vault_a", token: TOKEN });
  });

  test.each(["//", "/%20", "/%E2%80%8B", "/%3C", "/(", "/%22", "/_", "/%2F", "///%20//"])(
    "ignores what precedes the vault: %s",
    (front) => {
      expect(parseLink(`${front}vault_a/${TOKEN}`)).toEqual({ vaultId: "vault_a", token: TOKEN });
    },
  );

  test.each([
    `/vault_a/%41bCdEfGhIjKlMnOpQrSt%2D%5F`,
    `/%76ault%5Fa/${TOKEN}`,
    `/vault_a%2F${TOKEN}`,
    `/vault_a/%2541bCdEfGhIjKlMnOpQrSt-_`,
    `/vault_a//${TOKEN}`,
    `/vault_a/AbCd%E2%80%8BEfGhIjKl%C2%ADMnOpQrSt-_`,
  ])("reads a link in another encoding, or with invisible characters: %s", (path) => {
    expect(parseLink(path)).toEqual({ vaultId: "vault_a", token: TOKEN });
  });

  test.each([
    ["no path", "/"],
    ["a token that lost a character", `/vault_a/${TOKEN.slice(1)}`],
    ["a token with a character too many", `/vault_a/${TOKEN}x`],
    ["another alphabet", `/vault_a/${TOKEN.slice(2)}%20`],
    ["a space within the token", `/vault_a/${TOKEN.slice(0, 9)}%20${TOKEN.slice(9)}`],
    ["a dash that became another", `/vault_a/${TOKEN.slice(0, -2)}%E2%80%93_`],
    ["only capitals", `/VAULT_A/${TOKEN.toUpperCase()}`],
    ["no vault", `/vault_/${TOKEN}`],
    ["something else in the vault's place", `/project_a/${TOKEN}`],
    ["more in front", `/x/vault_a/${TOKEN}`],
    ["more behind", `/vault_a/${TOKEN}/x`],
    ["a vault id that is not one", `/vault_a.b/${TOKEN}`],
  ])("refuses %s", (_, path) => {
    expect(parseLink(path)).toBeNull();
  });
});

test("a token without a capital has lost them: one in 100,000 has none of its own", () => {
  expect(hasLostCapitals({ vaultId: "vault_a", token: TOKEN.toLowerCase() })).toBe(true);
  expect(hasLostCapitals({ vaultId: "vault_a", token: TOKEN })).toBe(false);
});
