import { expect, test } from "vitest";
import { actions, actionWord, reasonWord } from "./audit-action.ts";

test.each([
  ["temporary_secret_create", "Created"],
  ["temporary_secret_viewed", "Viewed"],
  ["temporary_secret_failed", "Failed attempt"],
  ["temporary_secret_revoked", "Revoked"],
  ["project_deleted", "Project deleted"],
])("labels %s as %s", (action, word) => {
  expect(actionWord(action)).toBe(word);
});

test("offers only the actions that a project's log can have", () => {
  expect(actions).toEqual([
    "temporary_secret_create",
    "temporary_secret_viewed",
    "temporary_secret_failed",
    "temporary_secret_revoked",
  ]);
});

test.each([
  ["wrong_passphrase", "Wrong passphrase"],
  ["interrupted", "Interrupted"],
  ["unreadable", "Unreadable"],
  ["database_restored", "Database restored or failed over"],
  ["destroyed_by_operator", "Destroyed by the operator"],
  ["project_deleted", "Project deleted during the attempt"],
  ["of_a_newer_server", "Of a newer server"],
])("labels the reason %s as %s", (reason, word) => {
  expect(reasonWord(reason)).toBe(word);
});

test("labels an action of a newer server by its name", () => {
  expect(actionWord("api_key_create")).toBe("Api key create");
  expect(actionWord("")).toBe("");
});
