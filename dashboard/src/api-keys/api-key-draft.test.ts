import { expect, test } from "vitest";
import {
  type ApiKeyDraft,
  apiKeyErrors,
  apiKeyInput,
  emptyApiKeyDraft,
  refusedApiKeyField,
} from "./api-key-draft.ts";
import { apiKeyStatus } from "./api-key-status.ts";

const good: ApiKeyDraft = { ...emptyApiKeyDraft, name: " Deploy bot " };

test("the initial draft is valid once it has a name", () => {
  expect(apiKeyErrors(good)).toEqual({});
  expect(apiKeyInput(good)).toEqual({
    name: "Deploy bot",
    scopes: ["TTL_SECRETS_CREATE"],
    projectIds: null,
    expiresInDays: 90,
  });
});

test.each<[keyof ReturnType<typeof apiKeyErrors>, Partial<ApiKeyDraft>]>([
  ["name", { name: " " }],
  ["scopes", { scopes: [] }],
  ["projectIds", { wholeVault: false }],
  ["days", { days: "" }],
  ["days", { days: "0" }],
  ["days", { days: "366" }],
  ["days", { days: "1.5" }],
])("an invalid %s is reported at that field: %o", (field, changes) => {
  expect(Object.keys(apiKeyErrors({ ...good, ...changes }))).toEqual([field]);
});

test("chosen projects are ignored when the key covers the whole vault", () => {
  expect(apiKeyInput({ ...good, projectIds: ["p"] }).projectIds).toBeNull();
  expect(apiKeyInput({ ...good, wholeVault: false, projectIds: ["p"] }).projectIds).toEqual(["p"]);
});

test("an error found only by the server is shown at the field it names", () => {
  expect(refusedApiKeyField("name")).toHaveProperty("name");
  expect(refusedApiKeyField("expiresInDays")).toHaveProperty("days");
  expect(refusedApiKeyField("somethingElse")).toBeNull();
});

test("a key is expired from its expiry on, and revoked at any time", () => {
  const expiresAt = "2030-01-01T00:00:00.000Z";
  const end = Date.parse(expiresAt);
  expect(apiKeyStatus({ expiresAt, revokedAt: null }, end - 1)).toBe("active");
  expect(apiKeyStatus({ expiresAt, revokedAt: null }, end)).toBe("expired");
  expect(apiKeyStatus({ expiresAt, revokedAt: expiresAt }, end - 1)).toBe("revoked");
});
