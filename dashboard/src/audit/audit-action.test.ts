import { expect, test } from "vitest";
import { actionWord } from "./audit-action.ts";

test.each([
  ["temporary_secret_create", "Created"],
  ["temporary_secret_viewed", "Viewed"],
  ["temporary_secret_failed", "Failed attempt"],
  ["temporary_secret_revoked", "Revoked"],
])("labels %s as %s", (action, word) => {
  expect(actionWord(action)).toBe(word);
});

test("labels an action of a newer server by its name", () => {
  expect(actionWord("api_key_create")).toBe("Api key create");
  expect(actionWord("")).toBe("");
});
