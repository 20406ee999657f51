import { describe, expect, it } from "vitest";
import { statementName } from "./statement.ts";

describe("the name of a statement is its verb and its table", () => {
  it.each([
    ['insert into "ttl_secrets" ("id") values ($1)', "INSERT ttl_secrets"],
    [
      "WITH watch AS (SELECT 1 FROM database_watch), c AS (DELETE FROM ttl_secret_payloads y USING s)",
      "DELETE ttl_secret_payloads",
    ],
    ["SELECT 1 FROM projects WHERE id = $1 FOR UPDATE SKIP LOCKED", "SELECT projects"],
    ["SELECT 1 FROM projects FOR NO KEY UPDATE OF projects", "SELECT projects"],
    ['select "id" from "users" where "email" = $1', "SELECT users"],
    [
      "SELECT floor(extract(epoch FROM y.expires_at)) FROM ttl_secret_payloads y",
      "SELECT ttl_secret_payloads",
    ],
    ["UPDATE database_watch SET beat = beat + 1", "UPDATE database_watch"],
    ["LOCK TABLE ttl_secret_payloads IN EXCLUSIVE MODE", "LOCK ttl_secret_payloads"],
    ["SELECT pg_notify($1, $2)", "SELECT"],
    ["BEGIN", "BEGIN"],
  ])("%s", (text, name) => {
    expect(statementName(text)).toBe(name);
  });
});
