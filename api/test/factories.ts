import { randomUUID } from "node:crypto";
import type { Database } from "../src/db/client.ts";
import type { Endpoint } from "./app.ts";
import { PUBLIC_URL } from "./app.ts";

/** A GraphQL answer as it came over the wire. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: its shape depends on the document
  data?: any;
  errors?: { message: string; path?: string[]; extensions: { code: string } & Record<string, unknown> }[];
}

interface RequestOptions {
  cookie?: string;
  /** The address the request comes from. */
  peer?: string;
  headers?: Record<string, string>;
}

/** One GraphQL request. */
export async function graphql(
  app: Endpoint,
  query: string,
  variables: unknown = {},
  options: RequestOptions = {},
): Promise<Answer> {
  const { cookie, peer, headers } = options;
  const response = await app.request(
    "/graphql",
    {
      method: "POST",
      headers: { "content-type": "application/json", ...(cookie && { cookie }), ...headers },
      body: JSON.stringify({ query, variables }),
    },
    peer,
  );
  return (await response.json()) as Answer;
}

/** A signed-in sender with a project. */
export interface Sender {
  cookie: string;
  email: string;
  vaultId: string;
  projectId: string;
}

/** Signs up a new person over HTTP. */
export async function signUp(app: Endpoint, email = `${randomUUID()}@example.com`): Promise<string> {
  const response = await app.request("/api/auth/sign-up/email", {
    method: "POST",
    headers: { "content-type": "application/json", origin: PUBLIC_URL },
    body: JSON.stringify({ name: "Ada", email, password: "correct horse battery" }),
  });
  if (response.status !== 200) throw new Error(`sign-up failed: ${response.status} ${await response.text()}`);
  return cookiesOf(response);
}

/** Signs in over HTTP. Does not throw when it is refused. */
export function signIn(
  app: Endpoint,
  credentials: { email: string; password?: string },
  { cookie, peer }: RequestOptions = {},
): Promise<Response> {
  return app.request(
    "/api/auth/sign-in/email",
    {
      method: "POST",
      headers: { "content-type": "application/json", origin: PUBLIC_URL, ...(cookie && { cookie }) },
      body: JSON.stringify({ password: "correct horse battery", ...credentials }),
    },
    peer,
  );
}

/** The cookies a response sets, as a browser would send them back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** Signs up a sender and creates a project for them. */
export async function createSender(app: Endpoint): Promise<Sender> {
  const email = `${randomUUID()}@example.com`;
  const cookie = await signUp(app, email);
  const projectId = await createProject(app, { cookie });
  const { data: me } = await graphql(app, "{ viewer { vault { id } } }", {}, { cookie });
  return { cookie, email, vaultId: me.viewer.vault.id, projectId };
}

/** Creates another project of the sender. Returns its id. */
export async function createProject(app: Endpoint, { cookie }: Pick<Sender, "cookie">): Promise<string> {
  const mutation = `mutation { createProject(input: { name: "Payments" }) { id } }`;
  const { data } = await graphql(app, mutation, {}, { cookie });
  return data.createProject.id;
}

/** Deletes a project over the API. */
export const deleteProject = (app: Endpoint, { cookie, projectId }: Pick<Sender, "cookie" | "projectId">) =>
  graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: projectId }, { cookie });

/** Revokes a secret over the API. */
export const revoke = (app: Endpoint, { cookie }: Pick<Sender, "cookie">, id: string) =>
  graphql(app, "mutation ($id: ID!) { revokeTtlSecret(id: $id) { status } }", { id }, { cookie });

/** A created secret with its link, token and passphrase. */
export interface Created {
  id: string;
  link: string;
  vaultId: string;
  token: string;
  passphrase: string;
}

/** Creates a TTL secret over the API. */
export async function createSecret(
  app: Endpoint,
  sender: Sender,
  input: { name?: string; ttlSeconds?: number; content?: unknown } = {},
): Promise<Created> {
  const { data, errors } = await graphql(
    app,
    `mutation ($input: CreateTtlSecretInput!) {
      createTtlSecret(input: $input) { ttlSecret { id } link passphrase }
    }`,
    {
      input: {
        projectId: sender.projectId,
        name: "Database password",
        ttlSeconds: 300,
        content: { value: "hunter2" },
        ...input,
      },
    },
    { cookie: sender.cookie },
  );
  if (errors) throw new Error(`create failed: ${JSON.stringify(errors)}`);
  const { ttlSecret, link, passphrase } = data.createTtlSecret;
  const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
  return { id: ttlSecret.id, link, vaultId, token, passphrase };
}

/** Moves all times of a secret into the past, so that its TTL ends now. */
export async function endTtl({ sql }: Pick<Database, "sql">, id: string): Promise<void> {
  const { count } = await sql`
    WITH past AS (
      UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at), expires_at = now()
      WHERE id = ${id} RETURNING id)
    UPDATE ttl_secret_payloads SET expires_at = now() FROM past WHERE past.id = secret_id`;
  if (count !== 1) throw new Error("no such pending secret");
}

/** Stores `count` pending secrets whose TTL is over, with payloads that can't be opened. */
export async function storeExpired(
  { sql }: Pick<Database, "sql">,
  { projectId }: Pick<Sender, "projectId">,
  count: number,
): Promise<void> {
  await sql`
    WITH many AS (
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
      SELECT gen_random_uuid(), ${projectId}, 'n', 'pending', now() - interval '2 min', now() - interval '1 min', 'x'
      FROM generate_series(1, ${count}::int) RETURNING id, expires_at)
    INSERT INTO ttl_secret_payloads
    SELECT sha256(id::text::bytea), id, 1, 'k1', '\\x000102030405060708090a0b', decode(repeat('00', 20), 'hex'),
      decode(repeat('00', 32), 'hex'), decode(repeat('00', 16), 'hex'), 19456, 2, 1, expires_at FROM many`;
}

/** One attempt at a secret, as the recipient's page makes it. */
export async function reveal(
  app: Endpoint,
  { vaultId, token, passphrase }: Pick<Created, "vaultId" | "token" | "passphrase">,
  options: RequestOptions = {},
) {
  const { data, errors } = await graphql(
    app,
    `mutation ($input: RevealTtlSecretInput!) {
      revealTtlSecret(input: $input) {
        __typename
        ... on TtlSecretRevealed { value }
        ... on TtlSecretDestroyed { message }
        ... on TtlSecretNotAvailable { message }
      }
    }`,
    { input: { vaultId, token, passphrase } },
    options,
  );
  if (!errors) return data.revealTtlSecret;
  return { __typename: "Error", message: errors[0]?.message, ...errors[0]?.extensions };
}

/** Input for a new API key. */
export interface NewKey {
  name: string;
  scopes: string[];
  projectIds: string[] | null;
  expiresInDays: number;
}

/** Creates an API key over the API: by default for the whole vault and with all scopes. */
export async function createKey(
  app: Endpoint,
  { cookie }: Pick<Sender, "cookie">,
  input: Partial<NewKey> = {},
): Promise<{ id: string; key: string; headers: Record<string, string> }> {
  const { data, errors } = await graphql(
    app,
    "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }",
    {
      input: {
        name: `Bot ${randomUUID()}`,
        scopes: ["TTL_SECRETS_CREATE", "TTL_SECRETS_READ"],
        projectIds: null,
        expiresInDays: 30,
        ...input,
      },
    },
    { cookie },
  );
  if (errors) throw new Error(`no API key: ${JSON.stringify(errors)}`);
  const { apiKey, key } = data.createApiKey;
  return { id: apiKey.id, key, headers: { authorization: `Bearer ${key}` } };
}

/** Revokes an API key over the API. */
export const revokeKey = (app: Endpoint, { cookie }: Pick<Sender, "cookie">, id: string) =>
  graphql(app, "mutation ($id: ID!) { revokeApiKey(id: $id) }", { id }, { cookie });

/** Ends the sender's session over HTTP. */
export const signOut = (app: Endpoint, { cookie }: Pick<Sender, "cookie">) =>
  app.request("/api/auth/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json", cookie, origin: PUBLIC_URL },
    body: "{}",
  });

/** A secret as its sender sees it. */
export async function secretOf(app: Endpoint, sender: Sender, id: string) {
  const { data } = await graphql(
    app,
    `query ($projectId: ID!) {
      ttlSecrets(projectId: $projectId, first: 200) {
        nodes { id name status destroyedReason createdAt expiresAt endedAt createdBy }
      }
    }`,
    { projectId: sender.projectId },
    { cookie: sender.cookie },
  );
  return data.ttlSecrets.nodes.find((secret: { id: string }) => secret.id === id);
}

/** The project's audit events, oldest first. */
export async function auditOf(app: Endpoint, sender: Sender) {
  const { data } = await graphql(
    app,
    `query ($projectId: ID!) {
      auditEvents(projectId: $projectId, first: 200) {
        nodes { action at sourceIp actor ttlSecretId ttlSecretName reason }
      }
    }`,
    { projectId: sender.projectId },
    { cookie: sender.cookie },
  );
  return data.auditEvents.nodes.toReversed();
}
