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

/** An API key as listed. */
export type ApiKey = ApiKeyFieldsFragment;

/** A new API key with its plaintext, which exists only in this response. */
export type CreatedApiKey = CreateApiKeyMutation["createApiKey"];

/** Scopes of a key in the order of the dialog, with their labels. */
export const scopes: { value: ApiKeyScope; label: "apiKeys.mayCreate" | "apiKeys.mayRead" }[] = [
  { value: "TTL_SECRETS_CREATE", label: "apiKeys.mayCreate" },
  { value: "TTL_SECRETS_READ", label: "apiKeys.mayRead" },
];

const keys = watchedPagesKeys("api-keys", "vault");

/** The vault's API keys, newest first. Polls, so that the last use stays current. */
export function useApiKeys() {
  return useWatchedPages<ApiKey>({
    keys,
    read: async (after, signal) =>
      (await runDocument(ApiKeysDocument, { first: pageSize, after }, signal)).apiKeys,
    mayChange: (key) => key.revokedAt === null,
    pollMs: { busy: 15_000, idle: 60_000 },
  });
}

/** Projects a key can be limited to: the newest 200. */
export function useProjectChoices() {
  return useQuery({
    queryKey: ["api-key-projects"],
    queryFn: async ({ signal }) => (await runDocument(ApiKeyProjectsDocument, {}, signal)).projects.nodes,
  });
}

/** Creates an API key. The response contains its plaintext. */
export function createApiKey(input: CreateApiKeyInput): Promise<CreatedApiKey> {
  return runOnce(CreateApiKeyDocument, "createApiKey", input);
}

/** Revokes an API key. */
export function useRevokeApiKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => runDocument(RevokeApiKeyDocument, { id }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.watch }),
  });
}
