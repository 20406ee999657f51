import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { postJson, readJson, responseError } from "./http.ts";
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
  throw responseError(response, body?.errors);
}
