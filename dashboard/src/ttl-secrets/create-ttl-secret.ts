import { print } from "graphql";
import {
  CreateTtlSecretDocument,
  type CreateTtlSecretInput,
  type CreateTtlSecretMutation,
} from "../gql/graphql.ts";
import { ApiError, toApiError } from "../shared/api-error.ts";
import { postJson, readJson } from "../shared/http.ts";
import { reportSessionEnd } from "../shared/session-end.ts";

/** A new secret with its link and passphrase: the only time they exist in plain text. */
export type CreatedTtlSecret = CreateTtlSecretMutation["createTtlSecret"];

/**
 * Creates a TTL secret. This goes by plain `fetch`, past graphql-request and the query cache: the request
 * holds the value, the answer holds link and passphrase, and none of the three may end up in an error, a
 * log or a cache. Whoever calls keeps the answer in component state and lets go of it.
 */
export async function createTtlSecret(input: CreateTtlSecretInput): Promise<CreatedTtlSecret> {
  const response = await postJson("/graphql", {
    query: print(CreateTtlSecretDocument),
    operationName: "CreateTtlSecret",
    variables: { input },
  });
  const body = (await readJson(response)) as {
    data?: Partial<CreateTtlSecretMutation> | null;
    errors?: unknown;
  };
  const created = body?.data?.createTtlSecret;
  if (created && !body.errors) return created;
  const error = response.ok && !body?.errors ? new ApiError("INTERNAL") : failure(response, body?.errors);
  if (error.code === "UNAUTHENTICATED") reportSessionEnd();
  throw error;
}

function failure(response: Response, errors: unknown): ApiError {
  return toApiError({
    status: response.status,
    errors,
    retryAfterHeader: response.headers.get("retry-after"),
  });
}
