/**
 * Checks that confidential input does not leak. Unique markers are sent through every input, on every path of success and
 * failure, while the database works and while it fails in three ways. Then everything that the product wrote or answered
 * is searched for them.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { UNSYNCED } from "../../api/test/unsynced.ts";
import { freePort } from "../support/api-process.ts";
import { databaseText } from "../support/database-text.ts";
import { useStack } from "../support/stack.ts";

const hex = (bytes: number) => randomBytes(bytes).toString("hex");
const letters = (count: number) =>
  Array.from(randomBytes(count), (byte) => String.fromCharCode(97 + (byte % 26))).join("");
const marker = (kind: string) => `${kind}-${hex(6)}`;

/** Everything that is sent, each with a unique marker. */
const SENT = {
  value: marker("value"),
  "value that was refused": marker("refusedvalue"),
  "wrong passphrase": `${letters(9)}-${letters(9)}-${letters(9)}`,
  "refused passphrase": letters(24),
  "unknown token": `${randomBytes(15).toString("base64url")}AA`.slice(0, 21).concat("A"),
  "malformed token": marker("token"),
  password: marker("password"),
  "changed password": marker("changed"),
  "wrong password": marker("wrong"),
  "short password": hex(5),
  "user's name": marker("person"),
  "refused user's name": marker("noperson"),
  "e-mail": `${marker("mail")}@example.com`,
  "refused e-mail": `${marker("nomail")}@example.com`,
  "project's name": marker("project"),
  "refused project's name": marker("noproject"),
  "secret's name": marker("secret"),
  "refused secret's name": marker("nosecret"),
  "API key": `ttlk_${hex(16)}`,
  "malformed JSON": marker("json"),
  "value of a wrong type": marker("type"),
  "unknown name": `unknown${hex(6)}`,
  alias: `alias${hex(6)}`,
  "unknown id": marker("id"),
  "oversized body": marker("body"),
  path: marker("path"),
  "query string": marker("search"),
  "foreign origin": marker("origin"),
  "User-Agent": marker("agent"),
  "X-Forwarded-For": marker("forwarded"),
  Cookie: marker("cookie"),
  "X-Request-Id": marker("request"),
  Referer: marker("referer"),
  Host: marker("host"),
};
type Sent = keyof typeof SENT;

/** Secrets that the server generated or was configured with, collected during the test. */
const MADE = {
  token: [] as string[],
  passphrase: [] as string[],
  "returned value": [] as string[],
  "session cookie": [] as string[],
  "server key": [] as string[],
  "database's password": [] as string[],
};
type Kind = Sent | keyof typeof MADE;

interface Places {
  /** The answers, by their names below, whose body may hold it. */
  answers?: readonly string[];
  /** The answers whose headers may hold it. */
  headers?: readonly string[];
  database?: true;
}

const ACCOUNT_ANSWERS = ["sign-up", "sign-in", "change-password", "viewer"];
const NOWHERE: Places = {};

/** Where each marker may appear. Logs, PostgreSQL's log and error answers must never contain any. */
const MAY_APPEAR: Record<Kind, Places> = {
  value: { answers: ["reveal: right"] },
  "value that was refused": NOWHERE,
  passphrase: { answers: ["create", "create: generated", "create: returned", "create: returned, again"] },
  // A retry returns another value, because the first one is stored nowhere.
  "returned value": { answers: ["create: returned", "create: returned, again"] },
  "wrong passphrase": NOWHERE,
  "refused passphrase": NOWHERE,
  token: { answers: ["create", "create: generated", "create: returned", "create: returned, again"] },
  "unknown token": NOWHERE,
  "malformed token": NOWHERE,
  password: NOWHERE,
  "changed password": NOWHERE,
  "wrong password": NOWHERE,
  "short password": NOWHERE,
  "session cookie": { headers: ["sign-up", "sign-in", "change-password"] },
  "user's name": { answers: ACCOUNT_ANSWERS, database: true },
  "refused user's name": NOWHERE,
  "e-mail": { answers: [...ACCOUNT_ANSWERS, "list"], database: true },
  "refused e-mail": NOWHERE,
  "project's name": { answers: ["create project", "list"], database: true },
  "refused project's name": NOWHERE,
  "secret's name": { answers: ["list"], database: true },
  "refused secret's name": NOWHERE,
  "API key": NOWHERE,
  "server key": NOWHERE,
  "database's password": NOWHERE,
  "malformed JSON": NOWHERE,
  "value of a wrong type": NOWHERE,
  "unknown name": NOWHERE,
  // GraphQL's answers are keyed by the client's own aliases (spec §6.3).
  alias: { answers: ["an alias"] },
  "unknown id": NOWHERE,
  "oversized body": NOWHERE,
  path: NOWHERE,
  "query string": NOWHERE,
  "foreign origin": NOWHERE,
  // better-auth stores it with each session.
  "User-Agent": { database: true },
  "X-Forwarded-For": NOWHERE,
  Cookie: NOWHERE,
  "X-Request-Id": NOWHERE,
  Referer: NOWHERE,
  Host: NOWHERE,
};

const SETTINGS: Record<string, string> = {
  METRICS_PORT: String(await freePort()),
  ENCRYPTION_KEYS: `e2e:${randomBytes(32).toString("base64")}`,
  AUTH_SECRET: randomBytes(32).toString("base64"),
  // A sweep that fails every second while the database does.
  SWEEP_INTERVAL_SECONDS: "1",
  // As in production: with Vitest's values, better-auth skips checks.
  NODE_ENV: "production",
  TEST: "",
  VITEST: "",
};

/** A server of its own with the default log settings, except that it logs to a file that can be read. */
let server: EmbeddedPostgres;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-canaries-"));
  const logs = await mkdtemp(join(tmpdir(), "ttl-secrets-canaries-log-"));
  await chmod(logs, 0o777);
  postgresLogs = logs;
  server = await startEmbeddedPostgres({
    dataDir: folder,
    settings: { ...UNSYNCED, logging_collector: "on", log_directory: logs, log_file_mode: "0644" },
  });
  SETTINGS.DATABASE_URL = server.url;
  MADE["database's password"].push(new URL(server.url).password);
  MADE["server key"].push(SETTINGS.ENCRYPTION_KEYS?.split(":")[1] ?? "", SETTINGS.AUTH_SECRET ?? "");
});
let postgresLogs: string;
afterAll(async () => {
  await server?.stop();
  for (const path of [folder, postgresLogs]) await rm(path, { recursive: true, force: true, maxRetries: 10 });
});

const stack = useStack(SETTINGS);

interface HttpAnswer {
  status: number;
  headers: string;
  body: string;
}

interface Message {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Headers of every request. */
const EVERYWHERE = {
  "user-agent": SENT["User-Agent"],
  "x-forwarded-for": `${SENT["X-Forwarded-For"]}, 10.0.0.1`,
  "x-forwarded-host": SENT["X-Forwarded-For"],
  "x-real-ip": SENT["X-Forwarded-For"],
  forwarded: `for=${SENT["X-Forwarded-For"]};host=${SENT["X-Forwarded-For"]}`,
  "x-ttl-secrets-client-ip": SENT["X-Forwarded-For"],
  "x-request-id": SENT["X-Request-Id"],
  traceparent: `00-${SENT["X-Request-Id"]}-01`,
  cookie: `a=${SENT.Cookie}; ttl-secrets.session_token=${SENT.Cookie}.${SENT.Cookie}`,
};

/**
 * Sends one request unchanged: no normalised path, no added headers. A body that is too large is refused before all of it
 * was sent; if that also cuts off the answer, the request is sent again.
 */
async function send(message: Message, tries = 5): Promise<HttpAnswer> {
  try {
    return await sendOnce(message);
  } catch (err) {
    const isCut = ["EPIPE", "ECONNRESET"].includes((err as NodeJS.ErrnoException).code ?? "");
    if (isCut && tries > 1 && (message.body?.length ?? 0) > MAX_BODY_BYTES) return send(message, tries - 1);
    throw err;
  }
}

/** The server's limit. */
const MAX_BODY_BYTES = 512 * 1024;

function sendOnce({ method = "POST", path, headers = {}, body }: Message): Promise<HttpAnswer> {
  const { port } = new URL(stack.current.url);
  return new Promise((resolve, reject) => {
    const req = request(
      { host: "127.0.0.1", port, method, path, headers: { ...EVERYWHERE, ...headers }, agent: false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (chunk: Buffer) => chunks.push(chunk));
        res.on("end", () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.rawHeaders.join("\n"),
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

const JSON_TYPE = { "content-type": "application/json" };

/** Session cookie of the signed-in account. */
let session = "";
const asOwner = () => ({ cookie: `${session}; a=${SENT.Cookie}` });

const graphql = (query: string, variables: unknown = {}, headers: Record<string, string> = {}) =>
  send({
    path: "/graphql",
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ query, variables }),
  });
const asked = (query: string, variables: unknown = {}) => graphql(query, variables, asOwner());
const post = (body: string, headers: Record<string, string> = {}) =>
  send({ path: "/graphql", headers: { ...JSON_TYPE, ...headers }, body });
const auth = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send({
    path: `/api/auth/${path}`,
    headers: { ...JSON_TYPE, origin: stack.current.url, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const get = (path: string, headers: Record<string, string> = {}) => send({ method: "GET", path, headers });

const CREATE =
  "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } link passphrase value } }";
const REVEAL = `mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) {
  __typename ... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } ... on TtlSecretNotAvailable { message } } }`;
const AVAILABLE =
  "query ($vaultId: ID!, $token: String!) { ttlSecretAvailable(vaultId: $vaultId, token: $token) }";
const AVAILABILITY = `query ($vaultId: ID!, $token: String!) {
  ttlSecretAvailability(vaultId: $vaultId, token: $token) { expiresAt secondsLeft } }`;
const LIST = `query ($id: ID!) { project(id: $id) { name } ttlSecrets(projectId: $id) { nodes { name createdBy } }
  auditEvents(projectId: $id) { nodes { actor ttlSecretName } } }`;

/** A created secret. Most stay pending for the failures that follow. */
interface Created {
  id: string;
  vaultId: string;
  token: string;
  passphrase: string;
}
const created: Created[] = [];
const secret = (index: number): Created => {
  const found = created[index];
  if (!found) throw new Error("the scene has too few secrets");
  return found;
};
let projectId = "";

const input = (changes: object = {}) => ({
  input: {
    projectId,
    name: SENT["secret's name"],
    ttlSeconds: 3600,
    content: { value: SENT.value },
    ...changes,
  },
});
const refused = (changes: object = {}) =>
  input({
    name: SENT["refused secret's name"],
    content: { value: SENT["value that was refused"] },
    ...changes,
  });
const attempt = (index: number, changes: object = {}) => {
  const { vaultId, token } = secret(index);
  return { input: { vaultId, token, passphrase: SENT["wrong passphrase"], ...changes } };
};
const account = (changes: object = {}) => ({
  name: SENT["user's name"],
  email: SENT["e-mail"],
  password: SENT.password,
  ...changes,
});
const stranger = (changes: object = {}) =>
  account({ name: SENT["refused user's name"], email: SENT["refused e-mail"], ...changes });

const type = SENT["value of a wrong type"];
const unknown = SENT["unknown name"];
const json = SENT["malformed JSON"];
const path = SENT.path;
const search = `?${SENT["query string"]}=${SENT["query string"]}`;
const key = { authorization: `Bearer ${SENT["API key"]}` };
const evil = { origin: `https://${SENT["foreign origin"]}.example` };

type Row = [what: string, act: () => Promise<HttpAnswer>, outcome: string];

/** Every kind of request, failing or succeeding, with its outcome while the database works. */
const ROWS: Row[] = [
  // Accounts.
  [
    "sign-up: again",
    () => auth("sign-up/email", account({ password: SENT["wrong password"] })),
    "422 ACCOUNT_NOT_CREATED",
  ],
  [
    "sign-up: short password",
    () => auth("sign-up/email", stranger({ password: SENT["short password"] })),
    "400 PASSWORD_TOO_SHORT",
  ],
  [
    "sign-up: long password",
    () => auth("sign-up/email", stranger({ password: SENT["wrong password"].repeat(20) })),
    "400 PASSWORD_TOO_LONG",
  ],
  [
    "sign-up: no e-mail address",
    () => auth("sign-up/email", stranger({ email: `${type}@@` })),
    "400 VALIDATION_ERROR",
  ],
  [
    "sign-up: long e-mail address",
    () => auth("sign-up/email", stranger({ email: `${"x".repeat(250)}${SENT["refused e-mail"]}` })),
    "400 INVALID_EMAIL",
  ],
  [
    "sign-up: name of two lines",
    () => auth("sign-up/email", stranger({ name: `${SENT["refused user's name"]}\n` })),
    "400 INVALID_NAME",
  ],
  [
    "sign-up: long name",
    () => auth("sign-up/email", stranger({ name: SENT["refused user's name"].repeat(20) })),
    "400 INVALID_NAME",
  ],
  [
    "sign-up: wrong types",
    () => auth("sign-up/email", { name: [type], email: { [type]: type }, password: { $ne: type } }),
    "400 VALIDATION_ERROR",
  ],
  [
    "sign-up: unknown fields",
    () =>
      auth(
        "sign-up/email",
        stranger({
          password: SENT["short password"],
          [unknown]: type,
          founder: type,
          image: `https://${type}`,
        }),
      ),
    "400 PASSWORD_TOO_SHORT",
  ],
  [
    "sign-up: foreign callback",
    () => auth("sign-up/email", stranger({ callbackURL: `https://${type}.example` })),
    "403 INVALID_CALLBACK_URL",
  ],
  [
    "sign-up: malformed JSON",
    () => auth("sign-up/email", `{"name": "${json}", "password": "${json}`),
    "400 BAD_REQUEST",
  ],
  [
    "sign-up: not JSON",
    () => auth("sign-up/email", `name=${json}`, { "content-type": "application/x-www-form-urlencoded" }),
    "415 BAD_USER_INPUT",
  ],
  [
    "sign-up: too large",
    () => auth("sign-up/email", stranger({ name: SENT["oversized body"].repeat(40_000) })),
    "413 BAD_USER_INPUT",
  ],
  ["sign-up: foreign origin", () => auth("sign-up/email", stranger(), evil), "403 FORBIDDEN"],
  [
    "sign-in: wrong password",
    () => auth("sign-in/email", account({ password: SENT["wrong password"] })),
    "401 INVALID_EMAIL_OR_PASSWORD",
  ],
  ["sign-in: unknown e-mail", () => auth("sign-in/email", stranger()), "401 INVALID_EMAIL_OR_PASSWORD"],
  [
    "sign-in: wrong types",
    () => auth("sign-in/email", { email: [SENT["refused e-mail"]], password: { [type]: type } }),
    "400 VALIDATION_ERROR",
  ],
  [
    "sign-in: an e-mail address with NUL",
    () => auth("sign-in/email", account({ email: `\0${SENT["refused e-mail"]}` })),
    "400 INVALID_EMAIL",
  ],
  ["sign-in: malformed JSON", () => auth("sign-in/email", `${json}{`), "400 BAD_REQUEST"],
  ["sign-in: foreign origin", () => auth("sign-in/email", account(), evil), "403 FORBIDDEN"],
  [
    "sign-in: foreign callback",
    () => auth("sign-in/email", account({ callbackURL: `//${type}.example` })),
    "403 INVALID_CALLBACK_URL",
  ],
  [
    "sign-in: with an API key",
    () => auth("sign-in/email", account({ password: SENT["wrong password"] }), key),
    "401 INVALID_EMAIL_OR_PASSWORD",
  ],
  [
    "change-password: signed out",
    () => auth("change-password", { currentPassword: SENT.password, newPassword: SENT["wrong password"] }),
    "401 UNAUTHORIZED",
  ],
  [
    "change-password: wrong password",
    () =>
      auth(
        "change-password",
        { currentPassword: SENT["wrong password"], newPassword: SENT["wrong password"] },
        asOwner(),
      ),
    "400 INVALID_PASSWORD",
  ],
  [
    "change-password: short password",
    () =>
      auth(
        "change-password",
        { currentPassword: SENT.password, newPassword: SENT["short password"] },
        asOwner(),
      ),
    "400 PASSWORD_TOO_SHORT",
  ],
  [
    "change-password: wrong types",
    () => auth("change-password", { currentPassword: [type], newPassword: { [type]: 1 } }, asOwner()),
    "400 VALIDATION_ERROR",
  ],
  ["sign-out: signed out", () => auth("sign-out", {}), "200"],
  ["sign-out: foreign origin", () => auth("sign-out", {}, { ...asOwner(), ...evil }), "403 FORBIDDEN"],
  ["auth: no such endpoint", () => auth(path, account()), "404 NOT_FOUND"],
  [
    "auth: an endpoint of better-auth that is not ours",
    () => auth("update-user", { name: SENT["refused user's name"] }, asOwner()),
    "404 NOT_FOUND",
  ],
  [
    "auth: better-auth's page of errors",
    () => get(`/api/auth/error?error=${SENT["query string"]}`),
    "404 NOT_FOUND",
  ],
  ["auth: by GET", () => get(`/api/auth/sign-in/email${search}`), "404 NOT_FOUND"],
  ["sign-up state", () => get(`/api/sign-up${search}`), "200"],

  // Projects.
  ["viewer", () => asked("{ viewer { name email vault { name } } }"), "200 ok"],
  ["viewer: signed out", () => graphql("{ viewer { name email } }"), "200 ok"],
  ["list", () => asked(LIST, { id: projectId }), "200 ok"],
  ["list: signed out", () => graphql(LIST, { id: SENT["unknown id"] }), "200 UNAUTHENTICATED"],
  ["list: unknown project", () => asked(LIST, { id: SENT["unknown id"] }), "200 NOT_FOUND"],
  [
    "list: malformed cursor",
    () => asked("query ($a: String) { projects(after: $a) { nodes { id } } }", { a: type }),
    "200 BAD_USER_INPUT",
  ],
  [
    "project: long name",
    () =>
      asked("mutation ($n: String!) { createProject(input: { name: $n }) { id } }", {
        n: SENT["refused project's name"].repeat(20),
      }),
    "200 BAD_USER_INPUT",
  ],
  [
    "project: name of two lines",
    () =>
      asked("mutation ($n: String!) { createProject(input: { name: $n }) { id } }", {
        n: `${SENT["refused project's name"]}\r\nX: y`,
      }),
    "200 BAD_USER_INPUT",
  ],
  [
    "project: signed out",
    () =>
      graphql("mutation ($n: String!) { createProject(input: { name: $n }) { id } }", {
        n: SENT["refused project's name"],
      }),
    "200 UNAUTHENTICATED",
  ],
  [
    "project: rename an unknown one",
    () =>
      asked("mutation ($i: RenameProjectInput!) { renameProject(input: $i) { id } }", {
        i: { id: SENT["unknown id"], name: SENT["refused project's name"] },
      }),
    "200 NOT_FOUND",
  ],
  [
    "project: delete an unknown one",
    () => asked("mutation ($id: ID!) { deleteProject(id: $id) }", { id: SENT["unknown id"] }),
    "200 NOT_FOUND",
  ],

  // Creating.
  ["create: signed out", () => graphql(CREATE, refused()), "200 UNAUTHENTICATED"],
  [
    "create: foreign origin",
    () => graphql(CREATE, refused(), { ...asOwner(), ...evil }),
    "200 UNAUTHENTICATED",
  ],
  ["create: with an API key only", () => graphql(CREATE, refused(), key), "401 UNAUTHENTICATED"],
  [
    "create: long name",
    () => asked(CREATE, refused({ name: SENT["refused secret's name"].repeat(20) })),
    "200 BAD_USER_INPUT",
  ],
  [
    "create: NUL in the name",
    () => asked(CREATE, refused({ name: `${SENT["refused secret's name"]}\0` })),
    "200 BAD_USER_INPUT",
  ],
  ["create: short TTL", () => asked(CREATE, refused({ ttlSeconds: 59 })), "200 BAD_USER_INPUT"],
  ["create: long TTL", () => asked(CREATE, refused({ ttlSeconds: 86_401 })), "200 BAD_USER_INPUT"],
  ["create: TTL of a wrong type", () => asked(CREATE, refused({ ttlSeconds: type })), "400 BAD_USER_INPUT"],
  ["create: fraction as TTL", () => asked(CREATE, refused({ ttlSeconds: 60.5 })), "400 BAD_USER_INPUT"],
  ["create: empty value", () => asked(CREATE, refused({ content: { value: "" } })), "200 BAD_USER_INPUT"],
  [
    "create: long value",
    () => asked(CREATE, refused({ content: { value: SENT["value that was refused"].repeat(4000) } })),
    "200 BAD_USER_INPUT",
  ],
  [
    "create: NUL in the value",
    () => asked(CREATE, refused({ content: { value: `${SENT["value that was refused"]}\0` } })),
    "200 BAD_USER_INPUT",
  ],
  [
    "create: lone surrogate in the value",
    () => asked(CREATE, refused({ content: { value: `${SENT["value that was refused"]}\ud800` } })),
    "200 BAD_USER_INPUT",
  ],
  [
    "create: value of a wrong type",
    () => asked(CREATE, refused({ content: { value: [SENT["value that was refused"], { [type]: type }] } })),
    "400 BAD_USER_INPUT",
  ],
  [
    "create: value and generate",
    () =>
      asked(
        CREATE,
        refused({
          content: { value: SENT["value that was refused"], generate: { length: 1, charset: "UUID" } },
        }),
      ),
    "400 BAD_USER_INPUT",
  ],
  ["create: neither", () => asked(CREATE, refused({ content: {} })), "400 BAD_USER_INPUT"],
  [
    "create: content of a wrong type",
    () => asked(CREATE, refused({ content: SENT["value that was refused"] })),
    "400 BAD_USER_INPUT",
  ],
  [
    "create: length 0",
    () => asked(CREATE, refused({ content: { generate: { length: 0, charset: "NUMBERS" } } })),
    "200 BAD_USER_INPUT",
  ],
  [
    "create: unknown charset",
    () => asked(CREATE, refused({ content: { generate: { length: 1, charset: type } } })),
    "400 BAD_USER_INPUT",
  ],
  [
    "create: unknown project",
    () => asked(CREATE, refused({ projectId: SENT["unknown id"] })),
    "200 NOT_FOUND",
  ],
  [
    "create: unknown project of the right shape",
    () => asked(CREATE, refused({ projectId: randomUUID() })),
    "200 NOT_FOUND",
  ],
  ["create: unknown field", () => asked(CREATE, refused({ [unknown]: type })), "400 BAD_USER_INPUT"],
  [
    "create: everything in the document, one wrong",
    () =>
      asked(
        `mutation { createTtlSecret(input: { projectId: "${projectId}", name: "${SENT["refused secret's name"]}", ttlSeconds: "${type}", content: { value: "${SENT["value that was refused"]}" } }) { link } }`,
      ),
    "400 BAD_USER_INPUT",
  ],
  [
    "create: everything in the document, cut off",
    () =>
      asked(
        `mutation { createTtlSecret(input: { name: "${SENT["refused secret's name"]}", content: { value: "${SENT["value that was refused"]}" } `,
      ),
    "400 BAD_USER_INPUT",
  ],
  [
    "create: default values in the document",
    () => asked(`query ($v: Int = "${SENT["value that was refused"]}") { viewer { id } }`),
    "400 BAD_USER_INPUT",
  ],
  [
    "revoke: unknown",
    () => asked("mutation ($id: ID!) { revokeTtlSecret(id: $id) { id } }", { id: SENT["unknown id"] }),
    "200 NOT_FOUND",
  ],
  [
    "revoke: signed out",
    () => graphql("mutation ($id: ID!) { revokeTtlSecret(id: $id) { id } }", { id: SENT["unknown id"] }),
    "200 UNAUTHENTICATED",
  ],

  // Revealing.
  [
    "available: yes",
    () => graphql(AVAILABLE, { vaultId: secret(0).vaultId, token: secret(0).token }),
    "200 ok",
  ],
  [
    "available: unknown token",
    () => graphql(AVAILABLE, { vaultId: secret(0).vaultId, token: SENT["unknown token"] }),
    "200 ok",
  ],
  [
    "available: malformed token",
    () => graphql(AVAILABLE, { vaultId: SENT["unknown id"], token: SENT["malformed token"] }),
    "200 ok",
  ],
  [
    "availability: unknown token",
    () => graphql(AVAILABILITY, { vaultId: secret(0).vaultId, token: SENT["unknown token"] }),
    "200 ok",
  ],
  [
    "availability: malformed token",
    () => graphql(AVAILABILITY, { vaultId: SENT["unknown id"], token: SENT["malformed token"] }),
    "200 ok",
  ],
  [
    "availability: wrong types",
    () => graphql(AVAILABILITY, { vaultId: { [type]: type }, token: [secret(0).token, type] }),
    "400 BAD_USER_INPUT",
  ],
  [
    "available: wrong types",
    () => graphql(AVAILABLE, { vaultId: { [type]: type }, token: [secret(0).token, type] }),
    "400 BAD_USER_INPUT",
  ],
  [
    "available: in the document",
    () =>
      graphql(`{ ttlSecretAvailable(vaultId: "${secret(0).vaultId}", token: "${SENT["unknown token"]}") }`),
    "200 ok",
  ],
  ["reveal: unknown token", () => graphql(REVEAL, attempt(0, { token: SENT["unknown token"] })), "200 ok"],
  [
    "reveal: malformed token",
    () => graphql(REVEAL, attempt(0, { token: SENT["malformed token"] })),
    "200 ok",
  ],
  ["reveal: unknown vault", () => graphql(REVEAL, attempt(0, { vaultId: SENT["unknown id"] })), "200 ok"],
  [
    "reveal: blank passphrase",
    () => graphql(REVEAL, attempt(0, { passphrase: " \u2003" })),
    "200 BAD_USER_INPUT",
  ],
  [
    "reveal: long passphrase",
    () => graphql(REVEAL, attempt(0, { passphrase: SENT["refused passphrase"].repeat(50) })),
    "200 BAD_USER_INPUT",
  ],
  [
    "reveal: passphrase of a wrong type",
    () => graphql(REVEAL, attempt(0, { passphrase: [secret(0).passphrase, SENT["refused passphrase"]] })),
    "400 BAD_USER_INPUT",
  ],
  [
    "reveal: token of a wrong type",
    () => graphql(REVEAL, attempt(0, { token: { [secret(0).token]: type } })),
    "400 BAD_USER_INPUT",
  ],
  [
    "reveal: without the passphrase",
    () => graphql(REVEAL, { input: { vaultId: type, token: secret(0).token } }),
    "400 BAD_USER_INPUT",
  ],
  ["reveal: unknown field", () => graphql(REVEAL, attempt(0, { [unknown]: type })), "400 BAD_USER_INPUT"],
  ["reveal: with an API key", () => graphql(REVEAL, attempt(0), key), "401 UNAUTHENTICATED"],
  [
    "reveal: in the document, cut off",
    () =>
      graphql(
        `mutation { revealTtlSecret(input: { token: "${secret(0).token}", passphrase: "${SENT["refused passphrase"]}"`,
      ),
    "400 BAD_USER_INPUT",
  ],
  [
    "reveal: three at once",
    () =>
      graphql(
        `mutation ($i: RevealTtlSecretInput!) { ${[1, 2, 3].map((n) => `${SENT.alias}${n}: revealTtlSecret(input: $i) { __typename }`).join(" ")} }`,
        { i: attempt(0).input },
      ),
    "200 UNAUTHENTICATED",
  ],
  [
    "reveal: by GET",
    () =>
      get(
        `/graphql?query=${encodeURIComponent(REVEAL)}&variables=${encodeURIComponent(JSON.stringify(attempt(0)))}`,
      ),
    "405 BAD_USER_INPUT",
  ],
  [
    "reveal: as text",
    () => post(JSON.stringify({ query: REVEAL, variables: attempt(0) }), { "content-type": "text/plain" }),
    "415 BAD_USER_INPUT",
  ],
  [
    "reveal: as a form",
    () =>
      post(new URLSearchParams({ query: REVEAL, variables: JSON.stringify(attempt(0)) }).toString(), {
        "content-type": "application/x-www-form-urlencoded",
      }),
    "415 BAD_USER_INPUT",
  ],

  // GraphQL over HTTP.
  ["an alias", () => graphql(`{ ${SENT.alias}: viewer { id } }`), "200 ok"],
  ["an unknown field", () => asked(`{ ${unknown} }`), "400 BAD_USER_INPUT"],
  ["an unknown field, while signed out", () => graphql(`{ ${unknown} }`), "200 UNAUTHENTICATED"],
  ["an unknown argument", () => asked(`{ projects(${unknown}: 1) { nodes { id } } }`), "400 BAD_USER_INPUT"],
  ["an unknown type", () => asked(`query ($${unknown}: ${unknown}) { viewer { id } }`), "400 BAD_USER_INPUT"],
  ["an unknown fragment", () => asked(`{ ...${unknown} }`), "400 BAD_USER_INPUT"],
  ["an unknown directive", () => asked(`{ viewer @${unknown} { id } }`), "400 BAD_USER_INPUT"],
  ["an unknown variable", () => asked(`{ project(id: $${unknown}) { id } }`), "400 BAD_USER_INPUT"],
  [
    "a missing variable",
    () => asked(`query ($${unknown}: ID!) { project(id: $${unknown}) { id } }`),
    "400 BAD_USER_INPUT",
  ],
  [
    "an unknown operation",
    () =>
      post(
        JSON.stringify({
          query: "query A { viewer { id } } query B { viewer { id } }",
          operationName: unknown,
        }),
      ),
    "400 BAD_USER_INPUT",
  ],
  ["an unknown subscription", () => asked(`subscription { ${unknown} }`), "400 BAD_USER_INPUT"],
  [
    "introspection while signed out",
    () => graphql(`{ __type(name: "${unknown}") { name } }`),
    "200 UNAUTHENTICATED",
  ],
  ["malformed JSON", () => post(`{"query": "${json}`), "400 BAD_USER_INPUT"],
  [
    "malformed JSON in the middle",
    () => post(`{"query": "{ viewer { id } }", ${json}: "${SENT.value}"}`, asOwner()),
    "400 BAD_USER_INPUT",
  ],
  [
    "a batch",
    () => post(JSON.stringify([{ query: `{ ${unknown} }`, variables: { [unknown]: type } }])),
    "400 BAD_USER_INPUT",
  ],
  ["a body that is a string", () => post(JSON.stringify(type)), "400 BAD_USER_INPUT"],
  [
    "an unknown member of the body",
    () => post(JSON.stringify({ query: "{ viewer { id } }", [unknown]: type })),
    "400 BAD_USER_INPUT",
  ],
  [
    "a query that is an object",
    () => post(JSON.stringify({ query: { [type]: type } })),
    "400 BAD_USER_INPUT",
  ],
  [
    "variables that are a string",
    () => post(JSON.stringify({ query: "{ viewer { id } }", variables: type })),
    "400 BAD_USER_INPUT",
  ],
  [
    "extensions",
    () =>
      post(
        JSON.stringify({
          query: "{ viewer { id } }",
          extensions: { persistedQuery: { version: 1, sha256Hash: type } },
        }),
      ),
    "200 ok",
  ],
  [
    "broken UTF-8",
    () =>
      send({
        path: "/graphql",
        headers: JSON_TYPE,
        body: Buffer.concat([Buffer.from(`{"query": "${json}`), Buffer.from([0xff, 0xc0])]),
      }),
    "400 BAD_USER_INPUT",
  ],
  [
    "an oversized body",
    () =>
      post(
        JSON.stringify({
          query: "{ viewer { id } }",
          variables: { [SENT["oversized body"]]: "x".repeat(600_000) },
        }),
      ),
    "413 BAD_USER_INPUT",
  ],
  [
    "an unknown charset",
    () => post(`{"query": "${json}"}`, { "content-type": `application/json; charset=${unknown}` }),
    "415 BAD_USER_INPUT",
  ],
  ["an unknown encoding", () => post(json, { "content-encoding": unknown }), "400 BAD_USER_INPUT"],
  ["a content type", () => post(json, { "content-type": `application/${unknown}` }), "415 BAD_USER_INPUT"],
  [
    "PUT",
    () => send({ method: "PUT", path: `/graphql${search}`, headers: JSON_TYPE, body: json }),
    "405 BAD_USER_INPUT",
  ],
  ["HEAD", () => send({ method: "HEAD", path: `/graphql${search}` }), "405"],
  [
    "a preflight from abroad",
    () =>
      send({
        method: "OPTIONS",
        path: "/graphql",
        headers: {
          ...evil,
          "access-control-request-method": "POST",
          "access-control-request-headers": unknown,
        },
      }),
    "204",
  ],
  ["a query from abroad", () => graphql("{ viewer { email } }", {}, { ...asOwner(), ...evil }), "200 ok"],
  ["an API key", () => graphql("{ projects { nodes { id } } }", {}, key), "401 UNAUTHENTICATED"],
  [
    "an API key of another form",
    () =>
      graphql(
        "{ projects { nodes { id } } }",
        {},
        { authorization: SENT["API key"], "x-api-key": SENT["API key"] },
      ),
    "401 UNAUTHENTICATED",
  ],

  // Pages.
  ["page: a link", () => get(`/${secret(0).vaultId}/${secret(0).token}`), "200"],
  ["page: an unknown link", () => get(`/vault_x/${path}${search}`), "200"],
  ["page: a link and more", () => get(`/vault_${path}/${path}/${path}`), "200"],
  [
    "page: a link by POST",
    () => send({ path: `/${secret(0).vaultId}/${path}`, headers: JSON_TYPE, body: json }),
    "404",
  ],
  ["page: one of the dashboard's", () => get(`/projects/${path}${search}`), "200"],
  ["page: an asset", () => get(`/assets/${path}.js`), "404"],
  ["page: an asset of the reveal app", () => get(`/reveal/assets/${path}`), "404"],
  ["page: the way out", () => get(`/assets/..%2f..%2f${path}`), "404"],
  ["page: broken percent-encoding", () => get(`/vault_%E0%A4%A/${path}`), "200"],
  ["page: broken percent-encoding of an asset", () => get(`/assets/%E0%A4%A${path}`), "404"],
  ["page: NUL", () => get(`/assets/%00${path}`), "404"],
  ["page: two slashes", () => get(`//${path}`), "200"],
  ["page: another host", () => get("/", { host: `${SENT.Host}.example` }), "200"],
  ["page: a host that is none", () => get("/", { host: `${SENT.Host} x` }), "400"],
  ["page: a whole URL", () => get(`http://${SENT.Host}.example/${path}`), "200"],
  ["page: a referrer", () => get("/", { referer: `https://x.example/${SENT.Referer}` }), "200"],
  ["page: an unknown method", () => send({ method: "PROPFIND", path: `/${path}` }), "404"],
  ["api: no such address", () => get(`/api/${path}${search}`), "404 NOT_FOUND"],
  ["health", () => get(`/healthz${search}`), "200"],
  ["readiness", () => get(`/readyz${search}`), "200"],
];

const idempotencyKey = randomUUID();
/** A generated value that the answer returns. The second request is a retry. */
const returned = () =>
  input({
    content: { generate: { length: 64, charset: "ALPHANUMERIC", returnValue: true } },
    idempotencyKey,
  });

const REVOKE = "mutation ($id: ID!) { revokeTtlSecret(id: $id) { status } }";
const NEW_PROJECT = "mutation ($n: String!) { createProject(input: { name: $n }) { id name } }";

/** Requests that succeed while the database works and must fail without details while it does not. */
const SUCCESSES: Row[] = [
  ["create", () => asked(CREATE, input()), "200 ok"],
  ["create project", () => asked(NEW_PROJECT, { n: SENT["project's name"] }), "200 ok"],
  [
    "create: generated",
    () => asked(CREATE, input({ content: { generate: { length: 64, charset: "SYMBOLS" } } })),
    "200 ok",
  ],
  ["create: returned", () => asked(CREATE, returned()), "200 ok"],
  ["create: returned, again", () => asked(CREATE, returned()), "200 ok"],
  ["reveal: wrong", () => graphql(REVEAL, attempt(1)), "200 ok"],
  [
    "reveal: right",
    () => graphql(REVEAL, attempt(2, { passphrase: ` ${secret(2).passphrase.toUpperCase()} ` })),
    "200 ok",
  ],
  ["reveal: again", () => graphql(REVEAL, attempt(2, { passphrase: secret(2).passphrase })), "200 ok"],
  ["revoke", () => asked(REVOKE, { id: secret(3).id }), "200 ok"],
  [
    "change-password",
    () =>
      auth(
        "change-password",
        { currentPassword: SENT.password, newPassword: SENT["changed password"] },
        asOwner(),
      ),
    "200",
  ],
  ["sign-out", () => auth("sign-out", {}, asOwner()), "200"],
  ["sign-in", () => auth("sign-in/email", account({ password: SENT["changed password"] })), "200"],
];

/** `status CODE` of an answer; the code is the first error's, or `ok`. */
function outcomeOf({ status, body }: HttpAnswer): string {
  const code = /"code":"(\w+)"/.exec(body)?.[1] ?? (body.startsWith('{"data"') ? "ok" : "");
  return `${status} ${code}`.trim();
}

interface Heard {
  what: string;
  outcome: string;
  answer: HttpAnswer;
}
const heard: Heard[] = [];

/** Sends the request, keeps the answer for the search, and collects secrets that the server generated. */
async function act([what, send]: Row): Promise<Heard> {
  const answer = await send();
  const row = { what, outcome: outcomeOf(answer), answer };
  heard.push(row);
  for (const [, cookie = ""] of answer.headers.matchAll(
    /^set-cookie\n(ttl-secrets(?:-\d+)?\.session_token=[^;]+)/gim,
  )) {
    const value = cookie.replace(/^[^=]+=/, "");
    if (!value) continue;
    session = cookie;
    MADE["session cookie"].push(value, decodeURIComponent(value));
  }
  if (!what.startsWith("create") || row.outcome !== "200 ok") return row;
  const { createProject, createTtlSecret } = JSON.parse(answer.body).data;
  if (createProject) projectId = createProject.id;
  if (!createTtlSecret) return row;
  const { ttlSecret, link, passphrase, value } = createTtlSecret;
  const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
  created.push({ id: ttlSecret.id, vaultId, token, passphrase });
  MADE.token.push(token);
  MADE.passphrase.push(passphrase);
  if (value) MADE["returned value"].push(value);
  return row;
}

/** Every encoding of a word that may appear in a log or a table. */
function spellings(word: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    // In base64 the surrounding bytes shift the word; its first and last letters depend on its neighbours.
    const encoded = Buffer.from("\0".repeat(offset) + word)
      .toString("base64")
      .replace(/=+$/, "");
    return encoded.slice(offset === 0 ? 0 : offset + 1, -2);
  });
  const plain = [word, word.replaceAll("-", ""), encodeURIComponent(word), Buffer.from(word).toString("hex")];
  return [...plain, ...inBase64, ...inBase64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
}

const words = (): [Kind, string][] => [
  ...(Object.entries(SENT) as [Sent, string][]),
  ...(Object.keys(MADE) as (keyof typeof MADE)[]).flatMap((kind) =>
    MADE[kind].map((word): [Kind, string] => [kind, word]),
  ),
];

/** The kinds of markers in a text, in any encoding and case. */
function kindsIn(text: string): Kind[] {
  const lower = text.toLowerCase();
  const found = words().filter(([, word]) =>
    spellings(word).some((needle) => lower.includes(needle.toLowerCase())),
  );
  return [...new Set(found.map(([kind]) => kind))];
}

async function postgresLog(): Promise<string> {
  const files = await readdir(postgresLogs);
  return (await Promise.all(files.map((file) => readFile(join(postgresLogs, file), "utf8")))).join("");
}

/** The metrics; while the process is down, the last ones. */
async function metricsText(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${SETTINGS.METRICS_PORT}/metrics`).catch(() => null);
  if (answer) lastMetrics = await answer.text();
  return lastMetrics;
}
let lastMetrics = "";

const seen = new Set<string>();

/** `marker → place` for every marker that was found where it must not be. */
async function leaks(): Promise<string[]> {
  const places: [place: string, kinds: Kind[], isAllowed: (allowed: Places) => boolean][] = [
    ["the log", kindsIn(stack.current.output()), () => false],
    ["the metrics", kindsIn(await metricsText()), () => false],
    ["PostgreSQL's log", kindsIn(await postgresLog()), () => false],
    ...heard.flatMap(({ what, outcome, answer }): typeof places => {
      const isError = !/^20\d( ok)?$/.test(outcome);
      return [
        [`body of: ${what}`, kindsIn(answer.body), ({ answers }) => !isError && !!answers?.includes(what)],
        [
          `headers of: ${what}`,
          kindsIn(answer.headers),
          ({ headers }) => !isError && !!headers?.includes(what),
        ],
      ];
    }),
  ];
  const found = places.flatMap(([place, kinds, isAllowed]) =>
    kinds.map((kind) => ({ line: `${kind} → ${place}`, isAllowed: isAllowed(MAY_APPEAR[kind]) })),
  );
  for (const { line } of found) seen.add(line);
  return [...new Set(found.filter(({ isAllowed }) => !isAllowed).map(({ line }) => line))];
}

/** Sends all requests at once while the database fails. Those that need it answer `INTERNAL`, the others as usual. */
async function whileItFails(): Promise<void> {
  const rows = await Promise.all([...ROWS, ...SUCCESSES].map(act));
  const usual = new Map([...ROWS, ...SUCCESSES].map(([what, , outcome]) => [what, outcome]));
  const odd = rows.filter(
    ({ what, outcome }) => outcome !== usual.get(what) && !/^(200 INTERNAL|500 INTERNAL|503)$/.test(outcome),
  );
  expect(odd.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([]);
  const failed = SUCCESSES.map(([what]) => rows.find((row) => row.what === what)?.outcome);
  expect(new Set(failed)).toEqual(new Set(["200 INTERNAL", "500 INTERNAL"]));
  expect(await leaks()).toEqual([]);
}

const asAdmin = async (run: (sql: postgres.Sql) => Promise<unknown>, database = "ttl_secrets") => {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await run(sql);
  } finally {
    await sql.end();
  }
};

async function ready(): Promise<void> {
  while ((await get("/readyz")).status !== 200) await setTimeout(200);
}

it("while the database works, every marker appears where it may and nowhere else", async () => {
  await act(["sign-up", () => auth("sign-up/email", account()), "200"]);
  await act(["create project", () => asked(NEW_PROJECT, { n: SENT["project's name"] }), "200 ok"]);
  for (let i = 0; i < 4; i++) await act(["create", () => asked(CREATE, input()), "200 ok"]);
  expect(created).toHaveLength(4);

  const outcomes: string[] = [];
  const expected = [...ROWS, ...SUCCESSES].map(([what, , outcome]) => `${what}: ${outcome}`);
  for (const row of [...ROWS, ...SUCCESSES]) {
    const { what, outcome } = await act(row);
    outcomes.push(`${what}: ${outcome}`);
  }
  expect(outcomes).toEqual(expected);
  expect(new Set(expected).size).toBe(expected.length);
  expect(heard.find(({ what }) => what === "reveal: right")?.answer.body).toContain(SENT.value);
  expect(await leaks()).toEqual([]);

  const stored = await databaseText(server.url);
  const allowed = (Object.keys(MAY_APPEAR) as Kind[]).filter((kind) => MAY_APPEAR[kind].database);
  expect(kindsIn(stored).sort()).toEqual(allowed.sort());
  expect(stored).toContain("$argon2id$");
});

it("while the database refuses every row with an error that quotes it, nothing leaks", async () => {
  const tables = ["users", "sessions", "credentials", "vaults", "projects", "ttl_secrets", "audit_events"];
  const each = (change: string) =>
    asAdmin(async (sql) => {
      for (const table of tables) await sql.unsafe(`ALTER TABLE ${table} ${change}`);
    });
  for (let i = 0; i < 4; i++) await act(["create", () => asked(CREATE, input()), "200 ok"]);
  created.splice(0, created.length - 4);
  await each("ADD CONSTRAINT no_more CHECK (false) NOT VALID");
  const rows = await Promise.all(
    [...ROWS, ...SUCCESSES.filter(([what]) => !/^(sign-out|change-password)$/.test(what))].map(act),
  );
  const outcomeBy = (what: string) => rows.find((row) => row.what === what)?.outcome;
  for (const what of ["create", "create project", "reveal: right", "reveal: wrong", "revoke"]) {
    expect(outcomeBy(what), what).toBe("200 INTERNAL");
  }
  expect(outcomeBy("sign-in")).toBe("500 INTERNAL");
  await act(["sign-up: refused by the database", () => auth("sign-up/email", stranger()), "500 INTERNAL"]);
  expect(await leaks()).toEqual([]);
  await each("DROP CONSTRAINT no_more");
});

it("while the database accepts no connections, nothing leaks and nothing is consumed", async () => {
  const close = async (sql: postgres.Sql) => {
    await sql`ALTER DATABASE ttl_secrets ALLOW_CONNECTIONS false`;
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ttl_secrets'`;
  };
  await asAdmin(close, "postgres");
  await whileItFails();
  await asAdmin((sql) => sql`ALTER DATABASE ttl_secrets ALLOW_CONNECTIONS true`, "postgres");
  await ready();
  const right = [
    "reveal: right",
    () => graphql(REVEAL, attempt(2, { passphrase: secret(2).passphrase })),
    "200 ok",
  ] satisfies Row;
  expect((await act(right)).answer.body).toContain(SENT.value);
  const allowed = (kind: Kind) => MAY_APPEAR[kind].database;
  expect(kindsIn(await databaseText(server.url)).filter((kind) => !allowed(kind))).toEqual([]);
});

it("while there is no database, nothing leaks, not even from a failing start", async () => {
  await server.stop();
  await whileItFails();
  await stack.current.stop();
  await expect(stack.current.start()).rejects.toThrow("did not start");
  expect(await leaks()).toEqual([]);
});

it("the search finds every marker where it may appear", async () => {
  const must = (Object.keys(MAY_APPEAR) as Kind[]).flatMap((kind) => {
    const { answers = [], headers = [] } = MAY_APPEAR[kind];
    return [
      ...answers.map((what) => `${kind} → body of: ${what}`),
      ...headers.map((what) => `${kind} → headers of: ${what}`),
    ];
  });
  expect(must.filter((line) => !seen.has(line))).toEqual([]);
  for (const word of [SENT.value, SENT["e-mail"], SENT["unknown token"]]) {
    for (const before of ["", "x", "xy"]) {
      const around = `${before}${word}zz`;
      for (const text of [
        around,
        Buffer.from(around).toString("hex"),
        Buffer.from(around).toString("base64"),
        Buffer.from(around).toString("base64url"),
        encodeURIComponent(around).toUpperCase(),
      ]) {
        expect(kindsIn(text), text).toHaveLength(1);
      }
    }
  }
  expect(lastMetrics).toContain('operation="mutation revealTtlSecret"');
  const log = stack.current.output();
  for (const word of [
    "/graphql",
    "/api/auth",
    "mutation revealTtlSecret",
    "starting",
    "a request failed",
    "DrizzleQueryError",
    "sweep",
  ]) {
    expect(log).toContain(word);
  }
  expect(await postgresLog()).toContain("ready to accept connections");
});
