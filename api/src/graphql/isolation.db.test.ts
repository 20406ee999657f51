/**
 * Access of every kind of caller to every field of the schema. The tables below are the allow-list. The test walks the
 * schema against them, so a field that is missing from either side fails here.
 */
import { randomBytes, randomUUID } from "node:crypto";
import {
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { createTestApp, PUBLIC_URL, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  type Answer,
  createKey,
  createSecret,
  graphql,
  type NewKey,
  type Sender,
  signUp,
} from "../../test/factories.ts";
import { firstEvent } from "../../test/live.ts";
import { newApiKey } from "../crypto/api-key.ts";
import { schema } from "./schema.ts";

const db = useDatabase();

/** All kinds of callers, in the order of the table's columns. */
const CALLERS = [
  "anonymous",
  "another vault's member",
  "the vault's other member",
  "the owner",
  "the vault's API key",
  "another vault's API key",
  "an API key for another project",
  "an API key that may only create",
  "an API key that may only read",
  "an API key that is not valid",
  "a valid API key with the owner's session",
] as const;
type Caller = (typeof CALLERS)[number];

/** What a caller may get: an error code, null, data of their own vault, or data that is public. */
type Outcome = "UNAUTHENTICATED" | "NOT_FOUND" | "FORBIDDEN" | "BAD_USER_INPUT" | "null" | "own" | "public";

/** What the callers request: data of the owner, or ids that do not exist. */
interface Target {
  projectId: string;
  secretId: string;
  vaultId: string;
  token: string;
  passphrase: string;
  apiKeyId: string;
}

interface RootRow {
  /** Arguments for a target. `label` is the caller's vault, `leaf` the last field of the document. */
  args: (target: Target, label: string, leaf: string) => Record<string, unknown>;
  /** Whether a call consumes its target, so that each call needs its own. */
  consumes?: true;
  access: readonly Outcome[];
}

/** Before every secret of the test, so that the stream starts with all of them. */
const LONG_AGO = "2020-01-01T00:00:00.000Z";

type Four = [Outcome, Outcome, Outcome, Outcome];
type Five = [...Four, Outcome];

/** The first four callers, then the five with a valid key. The last two are always refused. */
const access = (people: Four, keys: Five | Outcome): readonly Outcome[] => [
  ...people,
  ...(typeof keys === "string" ? Array<Outcome>(5).fill(keys) : keys),
  "UNAUTHENTICATED",
  "BAD_USER_INPUT",
];

const PEOPLE: Four = ["UNAUTHENTICATED", "own", "own", "own"];
const OWN_VAULT: Four = ["UNAUTHENTICATED", "NOT_FOUND", "own", "own"];

/** Access to every root field. */
const ROOTS: Record<string, RootRow> = {
  "Query.viewer": { args: () => ({}), access: access(["null", "own", "own", "own"], "null") },
  "Query.projects": {
    args: () => ({}),
    access: access(PEOPLE, ["own", "own", "own", "FORBIDDEN", "own"]),
  },
  "Query.project": {
    args: ({ projectId }) => ({ id: projectId }),
    access: access(["UNAUTHENTICATED", "null", "own", "own"], ["own", "null", "null", "FORBIDDEN", "own"]),
  },
  "Query.ttlSecrets": {
    args: ({ projectId }) => ({ projectId }),
    access: access(OWN_VAULT, ["own", "NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "own"]),
  },
  "Query.auditEvents": {
    args: ({ projectId }) => ({ projectId }),
    access: access(OWN_VAULT, "FORBIDDEN"),
  },
  "Query.apiKeys": {
    args: () => ({}),
    access: access(["UNAUTHENTICATED", "own", "FORBIDDEN", "own"], "FORBIDDEN"),
  },
  "Query.ttlSecretAvailable": {
    args: ({ vaultId, token }) => ({ vaultId, token }),
    access: access(["public", "public", "public", "public"], "public"),
  },
  "Query.ttlSecretAvailability": {
    args: ({ vaultId, token }) => ({ vaultId, token }),
    access: access(["public", "public", "public", "public"], "public"),
  },
  "Mutation.createProject": {
    args: (_target, label) => ({ input: { name: `${label} project` } }),
    access: access(PEOPLE, "FORBIDDEN"),
  },
  "Mutation.renameProject": {
    args: ({ projectId }, label) => ({ input: { id: projectId, name: `${label} project` } }),
    access: access(OWN_VAULT, "FORBIDDEN"),
  },
  "Mutation.deleteProject": {
    args: ({ projectId }) => ({ id: projectId }),
    consumes: true,
    access: access(OWN_VAULT, "FORBIDDEN"),
  },
  "Mutation.createTtlSecret": {
    args: ({ projectId }, label) => ({
      input: { projectId, name: `${label} secret`, ttlSeconds: 86_400, content: { value: "v" } },
    }),
    access: access(OWN_VAULT, ["own", "NOT_FOUND", "NOT_FOUND", "own", "FORBIDDEN"]),
  },
  "Mutation.revokeTtlSecret": {
    args: ({ secretId }) => ({ id: secretId }),
    consumes: true,
    access: access(OWN_VAULT, "FORBIDDEN"),
  },
  "Mutation.revealTtlSecret": {
    args: ({ vaultId, token, passphrase }, _label, leaf) => ({
      input: {
        vaultId,
        token: leaf === "TtlSecretNotAvailable.message" ? unknownToken() : token,
        passphrase: leaf === "TtlSecretDestroyed.message" ? "wrong" : passphrase,
      },
    }),
    consumes: true,
    access: access(["public", "public", "public", "public"], "FORBIDDEN"),
  },
  "Mutation.createApiKey": {
    args: ({ projectId }, label) => ({
      input: {
        name: `${label} key ${randomUUID()}`,
        scopes: ["TTL_SECRETS_READ"],
        projectIds: [projectId],
        expiresInDays: 1,
      },
    }),
    access: access(["UNAUTHENTICATED", "NOT_FOUND", "FORBIDDEN", "own"], "FORBIDDEN"),
  },
  "Mutation.revokeApiKey": {
    args: ({ apiKeyId }) => ({ id: apiKeyId }),
    consumes: true,
    access: access(["UNAUTHENTICATED", "NOT_FOUND", "FORBIDDEN", "own"], "FORBIDDEN"),
  },
  "Subscription.ttlSecretChanged": {
    args: ({ projectId }) => ({ projectId, since: LONG_AGO }),
    access: access(OWN_VAULT, ["own", "NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "own"]),
  },
};

/** Data of a vault that distinguishes responses to its members from those to other vaults' members. */
interface Vault {
  label: string;
  id: string;
  emails: string[];
}

interface FieldRow {
  /** The only root fields through which it can be reached. */
  from: readonly string[];
  /** Expected value for callers with access: always of their own vault. */
  holds: (vault: Vault) => unknown;
}

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const CURSOR = expect.stringMatching(/^[A-Za-z0-9_-]{60,80}$/);

const VIEWER = ["Query.viewer"];
const PROJECTS = ["Query.projects"];
const PROJECT = [...PROJECTS, "Query.project", "Mutation.createProject", "Mutation.renameProject"];
const SECRETS = ["Query.ttlSecrets"];
const CREATED = ["Mutation.createTtlSecret"];
const SECRET = [...SECRETS, ...CREATED, "Mutation.revokeTtlSecret", "Subscription.ttlSecretChanged"];
const EVENTS = ["Query.auditEvents"];
const KEYS = ["Query.apiKeys"];
const NEW_KEY = ["Mutation.createApiKey"];
const KEY = [...KEYS, ...NEW_KEY];
const CONNECTION = [...PROJECTS, ...SECRETS, ...EVENTS, ...KEYS];
const REVEAL = ["Mutation.revealTtlSecret"];
const AVAILABILITY = ["Query.ttlSecretAvailability"];

const emailOf = ({ emails }: Vault) => expect.stringMatching(new RegExp(`^(${emails.join("|")})$`));
const actorOf = ({ emails, label }: Vault) =>
  expect.stringMatching(new RegExp(`^(${emails.join("|")}|API key “${label} key [^”]+”)$`));
const orNull = (value: unknown) => expect.toBeOneOf([null, value]);
const labelled = (what: string) => (vault: Vault) => `${vault.label} ${what}`;
const always = (value: unknown) => () => value;
const below = (roots: readonly string[]): FieldRow => ({ from: roots, holds: always(expect.anything()) });

/** Every field of every other type: the root fields that lead to it, and its expected value. */
const FIELDS: Record<string, FieldRow> = {
  "Viewer.id": { from: VIEWER, holds: always(expect.stringMatching(/^\w{20,}$/)) },
  "Viewer.name": { from: VIEWER, holds: ({ label }) => label },
  "Viewer.email": { from: VIEWER, holds: emailOf },
  "Viewer.role": { from: VIEWER, holds: always(expect.stringMatching(/^(owner|member)$/)) },
  "Viewer.vault": below(VIEWER),
  "Vault.id": { from: VIEWER, holds: ({ id }) => id },
  "Vault.name": { from: VIEWER, holds: ({ label }) => `${label}’s vault` },

  "Project.id": { from: PROJECT, holds: always(UUID) },
  "Project.name": { from: PROJECT, holds: labelled("project") },
  "Project.createdAt": { from: PROJECT, holds: always(INSTANT) },
  "Project.pendingTtlSecretCount": { from: PROJECT, holds: always(expect.any(Number)) },
  "ProjectConnection.edges": below(PROJECTS),
  "ProjectConnection.nodes": below(PROJECTS),
  "ProjectConnection.pageInfo": below(PROJECTS),
  "ProjectEdge.cursor": { from: PROJECTS, holds: always(CURSOR) },
  "ProjectEdge.node": below(PROJECTS),

  "TtlSecret.id": { from: SECRET, holds: always(UUID) },
  "TtlSecret.name": { from: SECRET, holds: labelled("secret") },
  "TtlSecret.status": { from: SECRET, holds: always(expect.stringMatching(/^(PENDING|REVOKED)$/)) },
  "TtlSecret.destroyedReason": { from: SECRET, holds: always(null) },
  "TtlSecret.createdAt": { from: SECRET, holds: always(INSTANT) },
  "TtlSecret.expiresAt": { from: SECRET, holds: always(INSTANT) },
  "TtlSecret.endedAt": { from: SECRET, holds: always(orNull(INSTANT)) },
  "TtlSecret.createdBy": { from: SECRET, holds: actorOf },
  "TtlSecret.changedAt": { from: SECRET, holds: always(INSTANT) },
  "TtlSecret.attemptedFrom": { from: SECRET, holds: always(null) },
  "TtlSecret.failureReason": { from: SECRET, holds: always(null) },
  "TtlSecretConnection.edges": below(SECRETS),
  "TtlSecretConnection.nodes": below(SECRETS),
  "TtlSecretConnection.pageInfo": below(SECRETS),
  "TtlSecretEdge.cursor": { from: SECRETS, holds: always(CURSOR) },
  "TtlSecretEdge.node": below(SECRETS),
  "CreatedTtlSecret.ttlSecret": below(CREATED),
  "CreatedTtlSecret.link": {
    from: CREATED,
    holds: ({ id }) => expect.stringMatching(new RegExp(`^${PUBLIC_URL}/${id}/[\\w-]{22}$`)),
  },
  "CreatedTtlSecret.passphrase": {
    from: CREATED,
    holds: always(expect.stringMatching(/^[a-z]+(-[a-z]+){5}$/)),
  },
  "CreatedTtlSecret.value": { from: CREATED, holds: always(null) },
  "CreatedTtlSecret.replacedTtlSecretId": { from: CREATED, holds: always(null) },

  "TtlSecretAvailability.expiresAt": { from: AVAILABILITY, holds: always(INSTANT) },
  "TtlSecretAvailability.secondsLeft": { from: AVAILABILITY, holds: always(expect.any(Number)) },

  "TtlSecretRevealed.value": { from: REVEAL, holds: labelled("value") },
  "TtlSecretDestroyed.message": { from: REVEAL, holds: always(expect.stringContaining("was destroyed")) },
  "TtlSecretNotAvailable.message": {
    from: REVEAL,
    holds: always(expect.stringContaining("is not available")),
  },

  "AuditEvent.id": { from: EVENTS, holds: always(UUID) },
  "AuditEvent.projectId": { from: EVENTS, holds: always(UUID) },
  "AuditEvent.action": { from: EVENTS, holds: always(expect.stringMatching(/^temporary_secret_\w+$/)) },
  "AuditEvent.at": { from: EVENTS, holds: always(INSTANT) },
  "AuditEvent.sourceIp": { from: EVENTS, holds: always("127.0.0.1") },
  "AuditEvent.actor": { from: EVENTS, holds: actorOf },
  "AuditEvent.ttlSecretId": { from: EVENTS, holds: always(UUID) },
  "AuditEvent.ttlSecretName": { from: EVENTS, holds: labelled("secret") },
  "AuditEvent.reason": { from: EVENTS, holds: always(null) },
  "AuditEvent.projectName": { from: EVENTS, holds: always(null) },
  "AuditEvent.pendingTtlSecretCount": { from: EVENTS, holds: always(null) },
  "AuditEventConnection.edges": below(EVENTS),
  "AuditEventConnection.nodes": below(EVENTS),
  "AuditEventConnection.pageInfo": below(EVENTS),
  "AuditEventEdge.cursor": { from: EVENTS, holds: always(CURSOR) },
  "AuditEventEdge.node": below(EVENTS),

  "ApiKey.id": { from: KEY, holds: always(UUID) },
  "ApiKey.name": { from: KEY, holds: ({ label }) => expect.stringMatching(new RegExp(`^${label} key `)) },
  "ApiKey.scopes": { from: KEY, holds: always(expect.stringMatching(/^TTL_SECRETS_(CREATE|READ)$/)) },
  "ApiKey.projects": below(KEY),
  "ApiKey.createdAt": { from: KEY, holds: always(INSTANT) },
  "ApiKey.createdBy": { from: KEY, holds: emailOf },
  "ApiKey.expiresAt": { from: KEY, holds: always(INSTANT) },
  "ApiKey.lastUsedAt": { from: KEY, holds: always(orNull(INSTANT)) },
  "ApiKey.lastUsedIp": { from: KEY, holds: always(orNull("127.0.0.1")) },
  "ApiKey.revokedAt": { from: KEY, holds: always(null) },
  "ApiKeyProject.id": { from: KEY, holds: always(orNull(UUID)) },
  "ApiKeyProject.name": { from: KEY, holds: ({ label }) => orNull(`${label} project`) },
  "ApiKeyConnection.edges": below(KEYS),
  "ApiKeyConnection.nodes": below(KEYS),
  "ApiKeyConnection.pageInfo": below(KEYS),
  "ApiKeyEdge.cursor": { from: KEYS, holds: always(CURSOR) },
  "ApiKeyEdge.node": below(KEYS),
  "CreatedApiKey.apiKey": below(NEW_KEY),
  "CreatedApiKey.key": { from: NEW_KEY, holds: always(expect.stringMatching(/^ttlk_[\w-]{48}$/)) },

  "PageInfo.hasNextPage": { from: CONNECTION, holds: always(false) },
  "PageInfo.hasPreviousPage": { from: CONNECTION, holds: always(false) },
  "PageInfo.startCursor": { from: CONNECTION, holds: always(CURSOR) },
  "PageInfo.endCursor": { from: CONNECTION, holds: always(CURSOR) },
};

/** One field on a path: its parent type and its name. */
interface Step {
  type: string;
  field: string;
}

/** One path from a root field to a leaf. */
interface Path {
  operation: string;
  root: GraphQLField<unknown, unknown>;
  steps: Step[];
}

const coordinate = ({ type, field }: Step) => `${type}.${field}`;
const rootOf = ({ steps: [first] }: Path) => (first ? coordinate(first) : "");
const leafOf = ({ steps }: Path) => coordinate(steps.at(-1) as Step);

/** Every path to a leaf below `type`. A recursive type ends a path at its `__typename`. */
function pathsBelow(type: GraphQLOutputType, outer: string[] = []): Step[][] {
  const named = getNamedType(type);
  if (isLeafType(named)) return [[]];
  const objects = isAbstractType(named) ? schema.getPossibleTypes(named) : [named];
  return objects.flatMap((object) =>
    outer.includes(object.name)
      ? [[{ type: object.name, field: "__typename" }]]
      : Object.values(object.getFields()).flatMap((field) =>
          pathsBelow(field.type, [...outer, object.name]).map((rest) => [
            { type: object.name, field: field.name },
            ...rest,
          ]),
        ),
  );
}

const PATHS: Path[] = [
  ["query", schema.getQueryType()] as const,
  ["mutation", schema.getMutationType()] as const,
  ["subscription", schema.getSubscriptionType()] as const,
].flatMap(([operation, type]) =>
  Object.values(type?.getFields() ?? {}).flatMap((root) =>
    pathsBelow(root.type).map((rest) => ({
      operation,
      root,
      steps: [{ type: type?.name ?? "", field: root.name }, ...rest],
    })),
  ),
);

/** The shortest document that selects this leaf, with these arguments to its root field. */
function documentFor({ operation, root, steps }: Path, args: Record<string, unknown>): string {
  const given = root.args.filter(({ name }) => name in args);
  const list = (text: (arg: (typeof given)[number]) => string) =>
    given.length > 0 ? `(${given.map(text).join(", ")})` : "";
  const [, ...below] = steps;
  const selection = below.reduceRight(
    (inner, { type, field }) => ` { ... on ${type} { ${field}${inner} } }`,
    "",
  );
  return `${operation}${list(({ name, type }) => `$${name}: ${type}`)} { ${root.name}${list(({ name }) => `${name}: $${name}`)}${selection} }`;
}

/** Every value of a response at the end of the path, including those inside lists. */
function leaves(data: unknown, steps: Step[]): unknown[] {
  return steps.reduce<unknown[]>(
    (values, { field }) =>
      values.flatMap((value) => (value as Record<string, unknown> | null)?.[field] ?? null),
    [data],
  );
}

interface Person {
  cookie: string;
  vault: Vault;
}

/** The callers with only a valid key. */
type KeyHolder = Exclude<
  Extract<Caller, `${string}API key${string}`>,
  "an API key that is not valid" | "a valid API key with the owner's session"
>;

interface Scene {
  app: TestApp;
  owner: Sender;
  target: Target;
  people: Record<"owner" | "colleague" | "stranger", Person>;
  keys: Record<KeyHolder, string>;
}
let scene: Scene;

const unknownToken = () => randomBytes(16).toString("base64url");
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** The credentials that a caller sends. */
function credentials(caller: Caller): { cookie?: string; headers?: Record<string, string> } {
  const { owner, colleague, stranger } = scene.people;
  switch (caller) {
    case "anonymous":
      return {};
    case "another vault's member":
      return { cookie: stranger.cookie };
    case "the vault's other member":
      return { cookie: colleague.cookie };
    case "the owner":
      return { cookie: owner.cookie };
    case "an API key that is not valid":
      return { headers: bearer(newApiKey()) };
    case "a valid API key with the owner's session":
      return { cookie: owner.cookie, headers: bearer(scene.keys["the vault's API key"]) };
    default:
      return { headers: bearer(scene.keys[caller]) };
  }
}

const vaultOf = (caller: Caller) =>
  (caller.startsWith("another vault's") ? scene.people.stranger : scene.people.owner).vault;

/** Creates a project of the owner with a pending secret and an API key. */
async function newTarget(app: TestApp, owner: Pick<Sender, "cookie">, label: string): Promise<Target> {
  const { data } = await graphql(
    app,
    "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
    { input: { name: `${label} project` } },
    { cookie: owner.cookie },
  );
  const sender = { cookie: owner.cookie, email: "", vaultId: "", projectId: data.createProject.id };
  const { id, ...link } = await createSecret(app, sender, {
    // Longer than the suite takes on a slow machine.
    ttlSeconds: 86_400,
    name: `${label} secret`,
    content: { value: `${label} value` },
  });
  const apiKey = await createKey(app, owner, { name: `${label} key ${randomUUID()}` });
  return { projectId: sender.projectId, secretId: id, ...link, apiKeyId: apiKey.id };
}

/** Well-formed ids that do not exist. */
const nonexistent = (): Target => ({
  projectId: randomUUID(),
  secretId: randomUUID(),
  vaultId: `vault_${randomBytes(12).toString("hex")}`,
  token: unknownToken(),
  passphrase: "a-b-c-d-e-f",
  apiKeyId: randomUUID(),
});

async function signUpAs(app: TestApp, name: string): Promise<{ cookie: string; email: string }> {
  const email = `${randomUUID()}@example.com`;
  const cookie = await signUp(app, email);
  await db.current.sql`UPDATE users SET name = ${name} WHERE email = ${email}`;
  return { cookie, email };
}

/** The vault's id. The first request creates the vault. */
async function firstVisit(app: TestApp, cookie: string): Promise<string> {
  return (await graphql(app, "{ viewer { vault { id } } }", {}, { cookie })).data.viewer.vault.id;
}

const STORED = [
  "users",
  "vaults",
  "members",
  "projects",
  "ttl_secrets",
  "ttl_secret_payloads",
  "audit_events",
  "api_keys",
  "create_attempts",
];

/** A digest of everything stored for vaults: equal digests mean that nothing changed. */
async function snapshot(): Promise<string> {
  const { sql } = db.current;
  // Without a key's last use, which is recorded for refused requests too.
  const digests = STORED.map(
    (table) => sql`
      SELECT sha256(convert_to(string_agg(row, ';' ORDER BY row), 'UTF8'))::text AS digest
      FROM (SELECT (to_jsonb(t) - 'last_used_at' - 'last_used_ip')::text AS row FROM ${sql(table)} t) AS rows`,
  );
  const rows = await Promise.all(digests);
  return JSON.stringify(rows);
}

function ask(path: Path, target: Target, caller: Caller): Promise<Answer> {
  const args = ROOTS[rootOf(path)]?.args(target, vaultOf(caller).label, leafOf(path)) ?? {};
  const send = path.operation === "subscription" ? firstEvent : graphql;
  return send(scene.app, documentFor(path, args), args, credentials(caller));
}

/** The response as an outcome: an error code, "null", or "data". */
function outcomeOf({ data, errors }: Answer, { root }: Path): string {
  if (!errors) return data[root.name] === null ? "null" : "data";
  expect(data?.[root.name] ?? null, "a refusal carries no data").toBeNull();
  expect(errors).toHaveLength(1);
  return errors[0]?.extensions.code ?? "";
}

beforeAll(async () => {
  const app = createTestApp(db.current);
  const [owner, colleague, stranger] = await Promise.all(
    ["Alpha", "Alpha", "Beta"].map((name) => signUpAs(app, name)),
  );
  if (!owner || !colleague || !stranger) throw new Error("sign-up failed");
  const alphaId = await firstVisit(app, owner.cookie);
  // There are no invitations yet, so the second member is inserted before a vault is created for them.
  await db.current.sql`
    INSERT INTO members (vault_id, user_id, role)
    SELECT ${alphaId}, id, 'member' FROM users WHERE email = ${colleague.email}`;
  const alpha = { label: "Alpha", id: alphaId, emails: [owner.email, colleague.email] };
  const beta = { label: "Beta", id: await firstVisit(app, stranger.cookie), emails: [stranger.email] };
  await newTarget(app, stranger, "Beta");
  const target = await newTarget(app, owner, "Alpha");
  const other = await newTarget(app, owner, "Alpha");
  const keyOf = async (person: { cookie: string }, label: string, input: Partial<NewKey> = {}) =>
    (await createKey(app, person, { name: `${label} key ${randomUUID()}`, ...input })).key;
  scene = {
    app,
    keys: {
      "the vault's API key": await keyOf(owner, "Alpha"),
      "another vault's API key": await keyOf(stranger, "Beta"),
      "an API key for another project": await keyOf(owner, "Alpha", { projectIds: [other.projectId] }),
      "an API key that may only create": await keyOf(owner, "Alpha", { scopes: ["TTL_SECRETS_CREATE"] }),
      "an API key that may only read": await keyOf(owner, "Alpha", { scopes: ["TTL_SECRETS_READ"] }),
    },
    owner: { ...owner, vaultId: alphaId, projectId: target.projectId },
    target,
    people: {
      owner: { cookie: owner.cookie, vault: alpha },
      colleague: { cookie: colleague.cookie, vault: alpha },
      stranger: { cookie: stranger.cookie, vault: beta },
    },
  };
});

describe("the allow-list", () => {
  it("has exactly one row for every field of the schema", () => {
    const rootTypes = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const inSchema = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith("__"))
      .flatMap((type) =>
        isObjectType(type)
          ? Object.keys(type.getFields()).map((field) => [type, `${type.name}.${field}`] as const)
          : [],
      );
    const names = (isRoot: boolean) =>
      inSchema
        .filter(([type]) => rootTypes.includes(type) === isRoot)
        .map(([, name]) => name)
        .sort();
    expect(Object.keys(ROOTS).sort()).toEqual(names(true));
    expect(Object.keys(FIELDS).sort()).toEqual(names(false));
  });

  it("names exactly the root fields that lead to each field", () => {
    const ways = Object.keys(FIELDS).map((name) => [
      name,
      [...new Set(PATHS.filter(({ steps }) => steps.map(coordinate).includes(name)).map(rootOf))].sort(),
    ]);
    expect(Object.fromEntries(ways)).toEqual(
      Object.fromEntries(Object.entries(FIELDS).map(([name, { from }]) => [name, [...from].sort()])),
    );
  });
});

describe("each caller gets what the allow-list says, and a refused request changes nothing", () => {
  const named = PATHS.map(
    (path) => [path.steps.map(({ field }) => field).join(" › "), leafOf(path), path] as const,
  );

  it.each(named)("%s (%s)", async (_path, leaf, path) => {
    const row = ROOTS[rootOf(path)];
    expect(row, `${rootOf(path)} is in the table`).toBeDefined();
    const newOne = () => newTarget(scene.app, scene.people.owner, "Alpha");
    let target = row?.consumes ? await newOne() : scene.target;
    let before = await snapshot();
    for (const [column, caller] of CALLERS.entries()) {
      const allowed = row?.access[column];
      const answer = await ask(path, target, caller);
      const isData = allowed === "own" || allowed === "public";

      expect(outcomeOf(answer, path), caller).toBe(isData ? "data" : allowed);
      if (isData && row?.consumes) target = await newOne();
      const after = await snapshot();
      if (!isData || path.operation !== "mutation") {
        expect(after === before, `${caller} changed nothing`).toBe(true);
      }
      before = after;
      if (!isData) continue;
      const found = leaves(answer.data, path.steps);
      expect(found, caller).not.toHaveLength(0);
      const field = FIELDS[leaf];
      const vault = allowed === "public" ? scene.people.owner.vault : vaultOf(caller);
      for (const value of found) if (field) expect(value, caller).toEqual(field.holds(vault));
    }
  });

  it.each(
    named.flatMap(([way, , path]) =>
      CALLERS.filter((_caller, i) =>
        /NOT_FOUND|null/.test((rootOf(path) !== "Query.viewer" && ROOTS[rootOf(path)]?.access[i]) || ""),
      ).map((caller) => [way, caller, path] as const),
    ),
  )(
    "an object out of reach gives the same response, byte for byte, as one that does not exist: %s, for %s",
    async (_path, caller, path) => {
      const [existing, missing] = [
        await ask(path, scene.target, caller),
        await ask(path, nonexistent(), caller),
      ];
      expect(JSON.stringify(existing)).toBe(JSON.stringify(missing));
    },
  );

  it("the audit log of a whole vault has no events of another vault, with any filter", async () => {
    const query = `query ($actions: [AuditAction!], $from: DateTime, $to: DateTime, $after: String) {
      auditEvents(actions: $actions, from: $from, to: $to, first: 200, after: $after) {
        nodes { projectId } pageInfo { hasNextPage endCursor }
      }
    }`;
    const filters = [
      {},
      { actions: ["temporary_secret_create"] },
      { from: LONG_AGO, to: "2090-01-01T00:00:00Z" },
    ];
    for (const filter of filters) {
      const read = async (person: { cookie: string }) => {
        const events: { projectId: string }[] = [];
        for (let after: string | null = null; ; ) {
          const { data }: Answer = await graphql(scene.app, query, { ...filter, after }, person);
          const { nodes, pageInfo } = data.auditEvents;
          events.push(...nodes);
          if (!pageInfo.hasNextPage) return events;
          after = pageInfo.endCursor;
        }
      };
      const [owners, strangers] = [await read(scene.people.owner), await read(scene.people.stranger)];
      expect(owners.map(({ projectId }) => projectId)).toContain(scene.target.projectId);
      const theirs = new Set(owners.map(({ projectId }) => projectId));
      expect(strangers.filter(({ projectId }) => theirs.has(projectId))).toEqual([]);
    }
  });

  it.each(["ttlSecrets", "auditEvents"])(
    "%s after a cursor: another vault's project gives the same response as a missing project",
    async (field) => {
      const query = `query ($projectId: ID!, $after: String) {
        ${field}(projectId: $projectId, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
      }`;
      const after = Buffer.from(`${Date.now() + 60_000}:${randomUUID()}`).toString("base64url");
      const { cookie } = scene.people.stranger;
      const askFor = (projectId: string) => graphql(scene.app, query, { projectId, after }, { cookie });
      const theirs = JSON.stringify(await askFor(scene.target.projectId));
      expect(theirs).toBe(JSON.stringify(await askFor(randomUUID())));
      expect(theirs).not.toMatch(/[0-9a-f]{8}-/);
    },
  );
});

describe("Authorization", () => {
  const good = () => scene.keys["the vault's API key"];
  const bad = newApiKey();
  it.each([
    ["a key that was never issued", () => `Bearer ${bad}`, "UNAUTHENTICATED"],
    [
      "a valid key with its last character changed",
      () => `Bearer ${good().slice(0, -1)}!`,
      "UNAUTHENTICATED",
    ],
    ["a valid key in capitals", () => `Bearer ${good().toUpperCase()}`, "UNAUTHENTICATED"],
    ["two valid keys", () => `Bearer ${good()}, Bearer ${good()}`, "UNAUTHENTICATED"],
    ["a valid key followed by a word", () => `Bearer ${good()} x`, "UNAUTHENTICATED"],
    ["a valid key without a scheme", good, "UNAUTHENTICATED"],
    ["a valid key after another scheme", () => `Token ${good()}`, "UNAUTHENTICATED"],
    [
      "a bearer token that is not one of our keys",
      () => "Bearer eyJhbGciOiJub25lIn0.e30.",
      "UNAUTHENTICATED",
    ],
    ["a valid key", () => `Bearer ${good()}`, "FORBIDDEN"],
    ["a valid key after a scheme in capitals", () => `BEARER ${good()}`, "FORBIDDEN"],
    ["a valid key after a tab", () => `Bearer\t${good()}`, "FORBIDDEN"],
    // A proxy in front of us may use its own authentication; we ignore it.
    ["Basic credentials", () => "Basic eDp5", "revealed"],
    ["a scheme without a token", () => "Bearer", "revealed"],
    ["nothing", () => "", "revealed"],
  ])("%s", async (_what, authorization, outcome) => {
    const target = await newTarget(scene.app, scene.people.owner, "Alpha");
    const { vaultId, token, passphrase, secretId } = target;
    const run = async (query: string, variables: object = {}, cookie?: string) => {
      const options = { headers: { authorization: authorization() }, ...(cookie && { cookie }) };
      const { data, errors } = await graphql(scene.app, query, variables, options);
      return errors?.[0]?.extensions.code ?? data;
    };
    const { cookie } = scene.people.owner;
    const available = "query ($v: ID!, $t: String!) { ttlSecretAvailable(vaultId: $v, token: $t) }";
    const isInvalid = outcome === "UNAUTHENTICATED";
    expect(await run("{ viewer { id } }")).toEqual(isInvalid ? outcome : { viewer: null });
    expect(await run(available, { v: vaultId, t: token })).toEqual(
      isInvalid ? outcome : { ttlSecretAvailable: true },
    );

    const reveal =
      "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";
    const input = { vaultId, token, passphrase };
    const isRefused = outcome !== "revealed";
    if (isRefused) {
      expect(await run(reveal, { input }, cookie)).toBe(isInvalid ? outcome : "BAD_USER_INPUT");
      // An invalid query is refused with the same code.
      expect(await run("{ nothing }", {}, cookie)).toBe(isInvalid ? outcome : "BAD_USER_INPUT");
    }
    expect(await run(reveal, { input })).toEqual(
      isRefused ? outcome : { revealTtlSecret: { __typename: "TtlSecretRevealed" } },
    );
    const left = await db.current.sql`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${secretId}`;
    expect(left).toHaveLength(isRefused ? 1 : 0);
  });
});

describe("introspection", () => {
  const everything = "{ __schema { types { name fields { name } } } }";
  it.each([
    ["__schema", everything],
    ["__type", '{ __type(name: "Query") { fields { name } } }'],
    ["__typename of the root", "{ __typename }"],
    ["__typename of the root, for a mutation", "mutation { __typename }"],
    ["an alias with a public name", '{ viewer: __type(name: "Query") { fields { name } } }'],
    ["an inline fragment", "{ ... on Query { __schema { queryType { name } } } }"],
    ["an inline fragment without a type", "{ ... { __schema { queryType { name } } } }"],
    [
      "fragments in fragments",
      "{ ...a } fragment a on Query { ...b } fragment b on Query { __schema { queryType { name } } }",
    ],
    ["@include", "{ __schema @include(if: true) { queryType { name } } }"],
    [
      "@include of a variable",
      "query ($x: Boolean = true) { __schema @include(if: $x) { queryType { name } } }",
    ],
    ["@skip on a fragment", "{ ... @skip(if: false) { __schema { queryType { name } } } }"],
    ["@include that is false", "{ viewer { id } __schema @include(if: false) { queryType { name } } }"],
    ["with a public field", "{ viewer { id } __schema { queryType { name } } }"],
    [
      "with a public field, in a fragment",
      "{ viewer { id } ...f } fragment f on Query { __schema { queryType { name } } }",
    ],
    [
      "a second operation, selected by operationName",
      "query A { viewer { id } } query B { __schema { queryType { name } } }",
      "B",
    ],
  ])("is allowed for sessions and API keys only: %s", async (_what, query, operationName?: string) => {
    const run = async (options: { cookie?: string; headers?: Record<string, string> }) => {
      const response = await scene.app.request("/graphql", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(options.cookie && { cookie: options.cookie }),
          ...options.headers,
        },
        body: JSON.stringify({ query, operationName }),
      });
      return (await response.json()) as Answer;
    };
    const otherSite = { origin: "https://evil.example" };
    for (const options of [
      credentials("anonymous"),
      credentials("an API key that is not valid"),
      { cookie: "ttl-secrets.session_token=forged.forged" },
      { cookie: scene.people.owner.cookie, headers: otherSite },
    ]) {
      const { data, errors } = await run(options);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
      expect(data ?? null).toBeNull();
    }
    for (const options of [
      ...Object.values(scene.people).map(({ cookie }) => ({ cookie })),
      ...Object.values(scene.keys).map((key) => ({ headers: bearer(key) })),
    ]) {
      const { data, errors } = await run(options);
      expect(errors).toBeUndefined();
      expect(data).toBeTruthy();
    }
  });

  it("does not leak through suggestions: a near miss and a wrong name get the same response", async () => {
    for (const cookie of [undefined, scene.people.owner.cookie]) {
      const [near, wild] = await Promise.all(
        ["{ viewe { id } }", "{ xxxxx { id } }"].map((query) =>
          graphql(scene.app, query, {}, cookie ? { cookie } : {}),
        ),
      );
      expect(near).toEqual(wild);
      expect(JSON.stringify(near)).not.toContain("viewer");
    }
  });

  it("answers GraphiQL's full introspection query for a session", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const { data, errors } = await graphql(scene.app, getIntrospectionQuery(), {}, scene.people.owner);
    expect(errors).toBeUndefined();
    expect(data.__schema.queryType.name).toBe("Query");
  });
});
