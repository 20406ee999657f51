/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A new TTL secret. */
export type CreateTtlSecretInput = {
  /** The value, or how to generate one. */
  content: TtlSecretContent;
  /** Makes a retry safe: 16 to 128 visible ASCII characters, such as a random UUID, a new one for each TTL secret and the same one for every retry. Of all requests with one key, by one caller in one project, at most one leaves a pending TTL secret. A retry revokes the one before it, because its link and passphrase can't be shown again. BAD_USER_INPUT on `idempotencyKey` when name, `ttlSeconds` or the way the value is generated differ, when a later request with it arrived, or, with `extensions.ttlSecretId`, when its TTL secret has already ended. Remembered for 24 hours. */
  idempotencyKey?: string | null | undefined;
  /** A label of 1 to 200 characters, no control characters. */
  name: string;
  /** `Project.id`; NOT_FOUND when the caller has no access to it. */
  projectId: string | number;
  /** Whole seconds until it expires, 60 to 86,400. */
  ttlSeconds: number;
};

/** Why an attempt destroyed a TTL secret without showing it. */
export type DestroyedReason =
  /** The server could not finish the attempt. */
  | 'INTERRUPTED'
  /** The stored data had been altered. */
  | 'UNREADABLE'
  /** The passphrase was wrong. */
  | 'WRONG_PASSPHRASE';

/** A value that the server generates at random. The sender sees it only with `returnValue`. */
export type GenerateSecretInput = {
  /** Character set. */
  charset: SecretCharset;
  /** Characters, 1 to 1,024; ignored for UUID. */
  length: number;
  /** Whether `CreatedTtlSecret.value` is the generated value, for a sender who has to set it somewhere too. For members: FORBIDDEN to API keys. */
  returnValue?: boolean | null | undefined;
};

/** Character set of a generated value. */
export type SecretCharset =
  /** Letters and digits. */
  | 'ALPHANUMERIC'
  /** Digits. */
  | 'NUMBERS'
  /** Letters, digits and ASCII punctuation. */
  | 'SYMBOLS'
  /** A random (v4) UUID; `length` is ignored. */
  | 'UUID';

/** The value, or how to generate one. */
export type TtlSecretContent =
  {   /** The server generates a random value. */
  generate: GenerateSecretInput; value?: never; }
  |  { generate?: never;   /** 1 byte to 64 KiB of well-formed UTF-8 without NUL; returned byte for byte. */
  value: string; };

/** Status of a TTL secret. All but PENDING are final. */
export type TtlSecretStatus =
  /** An attempt destroyed it; nothing was shown. */
  | 'DESTROYED'
  /** Its TTL ended before any attempt. */
  | 'EXPIRED'
  /** It can be opened, once, until it expires. */
  | 'PENDING'
  /** The sender revoked it. */
  | 'REVOKED'
  /** The recipient opened it with the link and the passphrase. */
  | 'VIEWED';

export type SecretFieldsFragment = { id: string, name: string, status: TtlSecretStatus, destroyedReason: DestroyedReason | null, createdAt: string, expiresAt: string, changedAt: string };

export type SecretsQueryVariables = Exact<{
  projectId: string | number;
  after?: string | null | undefined;
}>;


export type SecretsQuery = { ttlSecrets: { nodes: Array<{ id: string, name: string, status: TtlSecretStatus, destroyedReason: DestroyedReason | null, createdAt: string, expiresAt: string, changedAt: string }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type CreateSecretMutationVariables = Exact<{
  input: CreateTtlSecretInput;
}>;


export type CreateSecretMutation = { createTtlSecret: { link: string, passphrase: string, ttlSecret: { id: string, name: string, status: TtlSecretStatus, destroyedReason: DestroyedReason | null, createdAt: string, expiresAt: string, changedAt: string } } };

export type SecretChangedSubscriptionVariables = Exact<{
  projectId: string | number;
  since?: string | null | undefined;
}>;


export type SecretChangedSubscription = { ttlSecretChanged: { id: string, name: string, status: TtlSecretStatus, destroyedReason: DestroyedReason | null, createdAt: string, expiresAt: string, changedAt: string } };

export const SecretFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SecretFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TtlSecret"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"destroyedReason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}}]}}]} as unknown as DocumentNode<SecretFieldsFragment, unknown>;
export const SecretsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Secrets"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"projectId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ttlSecrets"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"projectId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"projectId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"200"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SecretFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endCursor"}},{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SecretFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TtlSecret"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"destroyedReason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}}]}}]} as unknown as DocumentNode<SecretsQuery, SecretsQueryVariables>;
export const CreateSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateTtlSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createTtlSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ttlSecret"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SecretFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"link"}},{"kind":"Field","name":{"kind":"Name","value":"passphrase"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SecretFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TtlSecret"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"destroyedReason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}}]}}]} as unknown as DocumentNode<CreateSecretMutation, CreateSecretMutationVariables>;
export const SecretChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"SecretChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"projectId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"since"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ttlSecretChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"projectId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"projectId"}}},{"kind":"Argument","name":{"kind":"Name","value":"since"},"value":{"kind":"Variable","name":{"kind":"Name","value":"since"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SecretFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SecretFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TtlSecret"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"destroyedReason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}}]}}]} as unknown as DocumentNode<SecretChangedSubscription, SecretChangedSubscriptionVariables>;