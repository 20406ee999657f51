import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { runDocument } from "../api/graphql-client.ts";
import { runOnce } from "../api/run-once.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../api/use-watched-pages.ts";
import {
  type ApiKeyFieldsFragment,
  ApiKeyProjectsDocument,
  type ApiKeyScope,
  ApiKeysDocument,
  CreateApiKeyDocument,
  type CreateApiKeyInput,
  type CreateApiKeyMutation,
  RevokeApiKeyDocument,
} from "../gql/graphql.ts";

/** An API key as the list shows it. */
export type ApiKey = ApiKeyFieldsFragment;

/** A new key with the key itself: the only time it exists in plain text. */
export type CreatedApiKey = CreateApiKeyMutation["createApiKey"];

/** What a key may do, in the order of the dialog, with the text that says it. */
export const scopes: { value: ApiKeyScope; label: "apiKeys.mayCreate" | "apiKeys.mayRead" }[] = [
  { value: "TTL_SECRETS_CREATE", label: "apiKeys.mayCreate" },
  { value: "TTL_SECRETS_READ", label: "apiKeys.mayRead" },
];

const keys = watchedPagesKeys("api-keys", "vault");

/** The vault's API keys, newest first, with their last use kept up to date. */
export function useApiKeys() {
  return useWatchedPages<ApiKey>({
    keys,
    read: async (after, signal) =>
      (await runDocument(ApiKeysDocument, { first: pageSize, after }, signal)).apiKeys,
    mayChange: (key) => key.revokedAt === null,
    pollMs: { busy: 15_000, idle: 60_000 },
  });
}

/** The projects that a key can be limited to: the newest 200. */
export function useProjectChoices() {
  return useQuery({
    queryKey: ["api-key-projects"],
    queryFn: async ({ signal }) => (await runDocument(ApiKeyProjectsDocument, {}, signal)).projects.nodes,
  });
}

/** Creates a key: the answer holds it. */
export function createApiKey(input: CreateApiKeyInput): Promise<CreatedApiKey> {
  return runOnce(CreateApiKeyDocument, "createApiKey", input);
}

/** Revokes a key. */
export function useRevokeApiKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => runDocument(RevokeApiKeyDocument, { id }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.watch }),
  });
}
