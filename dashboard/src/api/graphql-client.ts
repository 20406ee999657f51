import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { ClientError, GraphQLClient } from "graphql-request";
import { ApiError } from "./api-error.ts";
import { apiUrl, ownFetch, responseError } from "./http.ts";
import { documentParams } from "./trusted-document.ts";

/**
 * Runs one typed GraphQL document. Not for values, passphrases or links: those go through `run-once.ts`, because
 * graphql-request writes the variables of a failed request into its error.
 *
 * @throws ApiError; the signal's reason once it is aborted.
 */
export async function runDocument<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const params = documentParams(document);
  const client = new GraphQLClient(apiUrl("/graphql").href, {
    fetch: ownFetch,
    // graphql-request has no option for `extensions`.
    jsonSerializer: {
      parse: JSON.parse,
      stringify: (body: object) => JSON.stringify({ ...body, extensions: params.extensions }),
    },
  });
  try {
    return await client.request<Result>({
      document: params.query,
      variables,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    if (error instanceof ClientError) throw responseError(error.response, error.response.errors);
    throw new ApiError("INTERNAL");
  }
}
