/* eslint-disable */
import * as types from './graphql';
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
    "query Viewer {\n  viewer {\n    id\n    email\n    name\n    role\n    vault {\n      id\n      name\n    }\n  }\n}": typeof types.ViewerDocument,
    "query AuditEvents($projectId: ID!, $first: Int!, $after: String) {\n  auditEvents(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        action\n        at\n        sourceIp\n        actor\n        ttlSecretId\n        ttlSecretName\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}": typeof types.AuditEventsDocument,
    "fragment ProjectFields on Project {\n  id\n  name\n  createdAt\n  pendingTtlSecretCount\n}\n\nquery Projects($first: Int!, $after: String) {\n  projects(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...ProjectFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nquery Project($id: ID!) {\n  project(id: $id) {\n    ...ProjectFields\n  }\n}\n\nmutation CreateProject($name: String!) {\n  createProject(input: {name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation RenameProject($id: ID!, $name: String!) {\n  renameProject(input: {id: $id, name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation DeleteProject($id: ID!) {\n  deleteProject(id: $id)\n}": typeof types.ProjectFieldsFragmentDoc,
    "fragment TtlSecretFields on TtlSecret {\n  id\n  name\n  status\n  createdAt\n  expiresAt\n  endedAt\n  destroyedReason\n  createdBy\n  changedAt\n}\n\nsubscription TtlSecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...TtlSecretFields\n  }\n}\n\nquery FailedAttempts($projectId: ID!) {\n  auditEvents(projectId: $projectId, first: 50) {\n    nodes {\n      action\n      sourceIp\n      ttlSecretId\n    }\n  }\n}\n\nquery TtlSecrets($projectId: ID!, $first: Int!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...TtlSecretFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateTtlSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...TtlSecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nmutation RevokeTtlSecret($id: ID!) {\n  revokeTtlSecret(id: $id) {\n    ...TtlSecretFields\n  }\n}": typeof types.TtlSecretFieldsFragmentDoc,
};
const documents: Documents = {
    "query Viewer {\n  viewer {\n    id\n    email\n    name\n    role\n    vault {\n      id\n      name\n    }\n  }\n}": types.ViewerDocument,
    "query AuditEvents($projectId: ID!, $first: Int!, $after: String) {\n  auditEvents(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        action\n        at\n        sourceIp\n        actor\n        ttlSecretId\n        ttlSecretName\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}": types.AuditEventsDocument,
    "fragment ProjectFields on Project {\n  id\n  name\n  createdAt\n  pendingTtlSecretCount\n}\n\nquery Projects($first: Int!, $after: String) {\n  projects(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...ProjectFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nquery Project($id: ID!) {\n  project(id: $id) {\n    ...ProjectFields\n  }\n}\n\nmutation CreateProject($name: String!) {\n  createProject(input: {name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation RenameProject($id: ID!, $name: String!) {\n  renameProject(input: {id: $id, name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation DeleteProject($id: ID!) {\n  deleteProject(id: $id)\n}": types.ProjectFieldsFragmentDoc,
    "fragment TtlSecretFields on TtlSecret {\n  id\n  name\n  status\n  createdAt\n  expiresAt\n  endedAt\n  destroyedReason\n  createdBy\n  changedAt\n}\n\nsubscription TtlSecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...TtlSecretFields\n  }\n}\n\nquery FailedAttempts($projectId: ID!) {\n  auditEvents(projectId: $projectId, first: 50) {\n    nodes {\n      action\n      sourceIp\n      ttlSecretId\n    }\n  }\n}\n\nquery TtlSecrets($projectId: ID!, $first: Int!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...TtlSecretFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateTtlSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...TtlSecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nmutation RevokeTtlSecret($id: ID!) {\n  revokeTtlSecret(id: $id) {\n    ...TtlSecretFields\n  }\n}": types.TtlSecretFieldsFragmentDoc,
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
export function graphql(source: "query Viewer {\n  viewer {\n    id\n    email\n    name\n    role\n    vault {\n      id\n      name\n    }\n  }\n}"): (typeof documents)["query Viewer {\n  viewer {\n    id\n    email\n    name\n    role\n    vault {\n      id\n      name\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query AuditEvents($projectId: ID!, $first: Int!, $after: String) {\n  auditEvents(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        action\n        at\n        sourceIp\n        actor\n        ttlSecretId\n        ttlSecretName\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}"): (typeof documents)["query AuditEvents($projectId: ID!, $first: Int!, $after: String) {\n  auditEvents(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        action\n        at\n        sourceIp\n        actor\n        ttlSecretId\n        ttlSecretName\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment ProjectFields on Project {\n  id\n  name\n  createdAt\n  pendingTtlSecretCount\n}\n\nquery Projects($first: Int!, $after: String) {\n  projects(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...ProjectFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nquery Project($id: ID!) {\n  project(id: $id) {\n    ...ProjectFields\n  }\n}\n\nmutation CreateProject($name: String!) {\n  createProject(input: {name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation RenameProject($id: ID!, $name: String!) {\n  renameProject(input: {id: $id, name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation DeleteProject($id: ID!) {\n  deleteProject(id: $id)\n}"): (typeof documents)["fragment ProjectFields on Project {\n  id\n  name\n  createdAt\n  pendingTtlSecretCount\n}\n\nquery Projects($first: Int!, $after: String) {\n  projects(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...ProjectFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nquery Project($id: ID!) {\n  project(id: $id) {\n    ...ProjectFields\n  }\n}\n\nmutation CreateProject($name: String!) {\n  createProject(input: {name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation RenameProject($id: ID!, $name: String!) {\n  renameProject(input: {id: $id, name: $name}) {\n    ...ProjectFields\n  }\n}\n\nmutation DeleteProject($id: ID!) {\n  deleteProject(id: $id)\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment TtlSecretFields on TtlSecret {\n  id\n  name\n  status\n  createdAt\n  expiresAt\n  endedAt\n  destroyedReason\n  createdBy\n  changedAt\n}\n\nsubscription TtlSecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...TtlSecretFields\n  }\n}\n\nquery FailedAttempts($projectId: ID!) {\n  auditEvents(projectId: $projectId, first: 50) {\n    nodes {\n      action\n      sourceIp\n      ttlSecretId\n    }\n  }\n}\n\nquery TtlSecrets($projectId: ID!, $first: Int!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...TtlSecretFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateTtlSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...TtlSecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nmutation RevokeTtlSecret($id: ID!) {\n  revokeTtlSecret(id: $id) {\n    ...TtlSecretFields\n  }\n}"): (typeof documents)["fragment TtlSecretFields on TtlSecret {\n  id\n  name\n  status\n  createdAt\n  expiresAt\n  endedAt\n  destroyedReason\n  createdBy\n  changedAt\n}\n\nsubscription TtlSecretChanged($projectId: ID!, $since: DateTime) {\n  ttlSecretChanged(projectId: $projectId, since: $since) {\n    ...TtlSecretFields\n  }\n}\n\nquery FailedAttempts($projectId: ID!) {\n  auditEvents(projectId: $projectId, first: 50) {\n    nodes {\n      action\n      sourceIp\n      ttlSecretId\n    }\n  }\n}\n\nquery TtlSecrets($projectId: ID!, $first: Int!, $after: String) {\n  ttlSecrets(projectId: $projectId, first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...TtlSecretFields\n      }\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nmutation CreateTtlSecret($input: CreateTtlSecretInput!) {\n  createTtlSecret(input: $input) {\n    ttlSecret {\n      ...TtlSecretFields\n    }\n    link\n    passphrase\n  }\n}\n\nmutation RevokeTtlSecret($id: ID!) {\n  revokeTtlSecret(id: $id) {\n    ...TtlSecretFields\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;