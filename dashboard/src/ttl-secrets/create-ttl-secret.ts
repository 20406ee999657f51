import { runOnce } from "../api/run-once.ts";
import {
  CreateTtlSecretDocument,
  type CreateTtlSecretInput,
  type CreateTtlSecretMutation,
} from "../gql/graphql.ts";

/** A new secret with its link and passphrase in plaintext, which exist only in this response. */
export type CreatedTtlSecret = CreateTtlSecretMutation["createTtlSecret"];

/** Creates a TTL secret. The request contains the value, the response link and passphrase. */
export function createTtlSecret(input: CreateTtlSecretInput): Promise<CreatedTtlSecret> {
  return runOnce(CreateTtlSecretDocument, "createTtlSecret", input);
}

/** A new idempotency key of 128 random bits. (`crypto.randomUUID` is unavailable over plain http.) */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
