import type { ApiKeyScope, CreateApiKeyInput } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import { nameProblem } from "../ui/name-rule.ts";

/** State of the dialog while it is being filled in. */
export interface ApiKeyDraft {
  name: string;
  scopes: readonly ApiKeyScope[];
  wholeVault: boolean;
  projectIds: readonly string[];
  days: string;
}

/** Fields of the dialog that can be invalid. */
export type ApiKeyErrors = Partial<Record<"name" | "scopes" | "projectIds" | "days", string>>;

/** Initial draft: least privilege, valid for 90 days. */
export const emptyApiKeyDraft: ApiKeyDraft = {
  name: "",
  scopes: ["TTL_SECRETS_CREATE"],
  wholeVault: true,
  projectIds: [],
  days: "90",
};

const daysRule = () => t("apiKeys.daysRule");

/** Validates a draft. Empty if it can be sent. */
export function apiKeyErrors(draft: ApiKeyDraft): ApiKeyErrors {
  const errors: ApiKeyErrors = {};
  const name = nameProblem(draft.name);
  if (name) errors.name = name;
  if (draft.scopes.length === 0) errors.scopes = t("apiKeys.scopesRule");
  if (!draft.wholeVault && (draft.projectIds.length === 0 || draft.projectIds.length > 100)) {
    errors.projectIds = t("apiKeys.projectsRule");
  }
  const days = /^\d{1,3}$/.test(draft.days.trim()) ? Number(draft.days) : 0;
  if (days < 1 || days > 365) errors.days = daysRule();
  return errors;
}

/** Mutation input of a valid draft. */
export function apiKeyInput(draft: ApiKeyDraft): CreateApiKeyInput {
  return {
    name: draft.name.trim(),
    scopes: [...draft.scopes],
    projectIds: draft.wholeVault ? null : [...draft.projectIds],
    expiresInDays: Number(draft.days),
  };
}

/** Text for a field that only the server found invalid. */
export function refusedApiKeyField(field: string | null): ApiKeyErrors | null {
  switch (field) {
    case "name":
      return { name: t("apiKeys.nameTaken") };
    case "scopes":
      return { scopes: t("apiKeys.scopesRule") };
    case "projectIds":
      return { projectIds: t("apiKeys.projectsRule") };
    case "expiresInDays":
      return { days: daysRule() };
    default:
      return null;
  }
}
