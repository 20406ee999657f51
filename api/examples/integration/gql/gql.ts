/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment SecretFields on TtlSecret {\n  id\n  name\n  status\n  destroyedReason\n  createdAt\n  expiresAt\n  changedAt\n}\n\nquery Secrets($projectId: ID!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: 200, after: $after) {\n    nodes {\n      ...SecretFields\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...SecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nsubscription SecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...SecretFields\n  }\n}": typeof types.SecretFieldsFragmentDoc,
};
const documents: Documents = {
    "fragment SecretFields on TtlSecret {\n  id\n  name\n  status\n  destroyedReason\n  createdAt\n  expiresAt\n  changedAt\n}\n\nquery Secrets($projectId: ID!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: 200, after: $after) {\n    nodes {\n      ...SecretFields\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...SecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nsubscription SecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...SecretFields\n  }\n}": types.SecretFieldsFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment SecretFields on TtlSecret {\n  id\n  name\n  status\n  destroyedReason\n  createdAt\n  expiresAt\n  changedAt\n}\n\nquery Secrets($projectId: ID!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: 200, after: $after) {\n    nodes {\n      ...SecretFields\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...SecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nsubscription SecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...SecretFields\n  }\n}"): (typeof documents)["fragment SecretFields on TtlSecret {\n  id\n  name\n  status\n  destroyedReason\n  createdAt\n  expiresAt\n  changedAt\n}\n\nquery Secrets($projectId: ID!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: 200, after: $after) {\n    nodes {\n      ...SecretFields\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...SecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nsubscription SecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...SecretFields\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;