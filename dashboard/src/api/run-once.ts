import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { ApiError, toApiError } from "./api-error.ts";
import { postJson, readJson } from "./http.ts";
import { reportSessionEnd } from "./session-end.ts";
import { documentParams } from "./trusted-document.ts";

/**
 * Runs a mutation whose variables or response contain a secret. Uses plain `fetch` instead of graphql-request and the
 * query cache, so that neither can put the secret into an error, a log or a cache. The caller keeps the response in
 * component state and discards it after use.
 *
 * @throws ApiError
 */
export async function runOnce<Input, Result extends object, Field extends keyof Result>(
  document: TypedDocumentNode<Result, { input: Input }>,
  field: Field,
  input: Input,
): Promise<Result[Field]> {
  const response = await postJson("/graphql", { ...documentParams(document), variables: { input } });
  const body = (await readJson(response)) as { data?: Partial<Result> | null; errors?: unknown };
  const answer = body?.data?.[field] as Result[Field] | null | undefined;
  if (answer && !body.errors) return answer;
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
