import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "graphql";
import { ClientError, GraphQLClient } from "graphql-request";
import { createClient, NetworkError } from "graphql-sse";
import {
  CreateSecretDocument,
  type CreateSecretMutation,
  type CreateTtlSecretInput,
  SecretChangedDocument,
  type SecretChangedSubscription,
  type SecretFieldsFragment,
  SecretsDocument,
  type SecretsQuery,
} from "./gql/graphql.ts";

/** Tries of one call, the first included. */
const MAX_TRIES = 5;

/** Error of the API, or `UNREACHABLE`. Contains nothing that was sent. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same call may succeed later. */
  get isPassing(): boolean {
    return ["RATE_LIMITED", "OVERLOADED", "UNREACHABLE", "INTERNAL"].includes(this.code);
  }
}

/** TTL Secrets for programs. `key` is an API key: keep it on a server, never in a browser. */
export class TtlSecrets {
  readonly #url: string;
  readonly #headers: { authorization: string };
  readonly #requests: GraphQLClient;

  constructor({ url, key }: { url: string; key: string }) {
    this.#url = `${url}/graphql`;
    this.#headers = { authorization: `Bearer ${key}` };
    this.#requests = new GraphQLClient(this.#url, { headers: this.#headers });
  }

  /**
   * Creates a TTL secret. One idempotency key serves all tries, so that a lost answer leaves no second pending secret.
   *
   * @throws RefusedError
   */
  async create(input: CreateTtlSecretInput): Promise<CreateSecretMutation["createTtlSecret"]> {
    const variables = { input: { ...input, idempotencyKey: randomUUID() } };
    const { createTtlSecret } = await tryAgain(() => this.#requests.request(CreateSecretDocument, variables));
    return createTtlSecret;
  }

  /**
   * All TTL secrets of a project, newest first.
   *
   * @throws RefusedError
   */
  async list(projectId: string): Promise<SecretFieldsFragment[]> {
    const secrets: SecretFieldsFragment[] = [];
    for (let after: string | null = null; ; ) {
      const variables: { projectId: string; after: string | null } = { projectId, after };
      const page: SecretsQuery = await tryAgain(() => this.#requests.request(SecretsDocument, variables));
      secrets.push(...page.ttlSecrets.nodes);
      if (!page.ttlSecrets.pageInfo.hasNextPage) return secrets;
      after = page.ttlSecrets.pageInfo.endCursor ?? null;
    }
  }

  /**
   * Follows a project's TTL secrets. Reconnects whenever the stream breaks, from the last change received, so that no
   * change is missed. Calls `opened` on each connection (list the secrets then: every later change arrives) and `lost`
   * when a connection breaks. Resolves when the project is deleted or `signal` is aborted.
   *
   * @throws RefusedError if access has ended: the key was revoked or has expired, or the project is out of reach.
   */
  async follow(
    projectId: string,
    on: {
      opened: () => void;
      lost: () => void;
      changed: (secret: SecretFieldsFragment) => void;
      signal: AbortSignal;
    },
  ): Promise<void> {
    let since = null as string | null;
    while (!on.signal.aborted) {
      const stream = createClient({ url: this.#url, headers: this.#headers, retryAttempts: 0 });
      const stop = () => stream.dispose();
      on.signal.addEventListener("abort", stop, { once: true });
      try {
        const request = { query: print(SecretChangedDocument), variables: { projectId, since } };
        const results = stream.iterate<SecretChangedSubscription>(request, { connected: () => on.opened() });
        for await (const { data, errors } of results) {
          if (errors) throw errors;
          if (!data) continue;
          const { changedAt } = data.ttlSecretChanged;
          if (since === null || changedAt > since) since = changedAt;
          on.changed(data.ttlSecretChanged);
        }
        return;
      } catch (error) {
        if (on.signal.aborted) return;
        const refused = await refusalOf(error);
        if (!refused.isPassing) throw refused;
        on.lost();
        await sleep((refused.retryAfterSeconds ?? 1) * 1_000, undefined, { signal: on.signal }).catch(
          () => {},
        );
      } finally {
        on.signal.removeEventListener("abort", stop);
        stream.dispose();
      }
    }
  }
}

/** Retries after the delay that the API asks for, otherwise with exponential backoff from 1 s. */
async function tryAgain<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const refused = await refusalOf(error);
      if (!refused.isPassing || tries === MAX_TRIES) throw refused;
      await sleep((refused.retryAfterSeconds ?? 2 ** (tries - 1)) * 1_000);
    }
  }
}

/** Converts an error. graphql-request writes the variables, and so the value, into its errors: never log or pass them on. */
async function refusalOf(error: unknown): Promise<RefusedError> {
  let errors: unknown = error;
  if (error instanceof ClientError) errors = error.response.errors;
  if (error instanceof NetworkError && error.response) {
    const answer = await (error.response as Response).json().catch(() => null);
    errors = (answer as { errors?: unknown } | null)?.errors;
  }
  const [first] = Array.isArray(errors) ? errors : [];
  if (!first?.extensions?.code) return new RefusedError("UNREACHABLE", "TTL Secrets can't be reached.");
  return new RefusedError(first.extensions.code, first.message, first.extensions.retryAfterSeconds);
}
