import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

/** What a request says of its document. */
export interface DocumentParams {
  query: string;
  extensions?: { persistedQuery: { version: 1; sha256Hash: string } };
}

/**
 * The text of a generated document and the hash that the API knows it by, which saves the API parsing it. Both are sent,
 * because an API of another release may not know the hash; it then runs the text.
 */
export function documentParams<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
): DocumentParams {
  // graphql-codegen puts it into each document (`persistedDocuments`), but not into its type.
  const { __meta__: meta } = document as { __meta__?: { hash: string } };
  const query = print(document);
  return meta ? { query, extensions: { persistedQuery: { version: 1, sha256Hash: meta.hash } } } : { query };
}
