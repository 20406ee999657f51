import { createConnection } from "node:net";
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useStack } from "../support/stack.ts";

const stack = useStack();

/** A signed-in sender and a pending secret that no attack may consume. */
interface Scene {
  cookie: string;
  projectId: string;
  vaultId: string;
  token: string;
  passphrase: string;
}
let scene: Scene;
let sql: postgres.Sql;

const JSON_TYPE = { "content-type": "application/json" };

const send = (path: string, init: RequestInit = {}) =>
  fetch(`${stack.current.url}${path}`, { redirect: "manual", ...init });

const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  send("/graphql", { method: "POST", headers, body });

const ask = (query: string, variables: unknown = {}, headers: Record<string, string> = {}) =>
  post(JSON.stringify({ query, variables }), { ...JSON_TYPE, ...headers });

const postSignedIn = (body: string) => post(body, { ...JSON_TYPE, cookie: scene.cookie });

const signedIn = (query: string, variables: unknown = {}) => ask(query, variables, { cookie: scene.cookie });

const REVEAL = "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";
const CREATE = "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }";

const link = () => ({ vaultId: scene.vaultId, token: scene.token });
const right = () => ({ ...link(), passphrase: scene.passphrase });
const secretInput = (changes: object) => ({
  input: { projectId: scene.projectId, name: "n", ttlSeconds: 60, content: { value: "v" }, ...changes },
});

/** `status CODE` of an answer; the code is the first error's, or `ok`. */
async function outcome(answer: Response): Promise<string> {
  const text = await answer.text();
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? (text.startsWith('{"data"') ? "ok" : "");
  return `${answer.status} ${code}`.trim();
}

beforeAll(async () => {
  const { url, databaseUrl } = stack.current;
  sql = postgres(databaseUrl, { max: 1 });
  const signUp = await send("/api/auth/sign-up/email", {
    method: "POST",
    headers: { ...JSON_TYPE, origin: url },
    body: JSON.stringify({ name: "Ada", email: "ada@example.com", password: "correct horse battery" }),
  });
  const cookie = signUp.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const run = async (query: string, variables: object = {}) =>
    (await (await ask(query, variables, { cookie })).json()).data;
  const { createProject } = await run('mutation { createProject(input: { name: "P" }) { id } }');
  scene = { cookie, projectId: createProject.id, vaultId: "", token: "", passphrase: "" };
  const { createTtlSecret } = await run(
    "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link passphrase } }",
    secretInput({ ttlSeconds: 3600 }),
  );
  const [vaultId = "", token = ""] = new URL(createTtlSecret.link).pathname.split("/").slice(1);
  scene = { ...scene, vaultId, token, passphrase: createTtlSecret.passphrase };
});

afterAll(async () => {
  const [{ pending }] = await sql<
    [{ pending: number }]
  >`SELECT count(*)::int AS pending FROM ttl_secret_payloads`;
  await sql.end();
  expect(pending, "nothing hostile consumed the pending secret, or made another").toBe(1);
});

const aliases = (n: number) => Array.from({ length: n }, (_, i) => `a${i}: viewer { id }`).join(" ");
const bomb = (n: number) =>
  `{ ...f0 } ${Array.from({ length: n }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(" ")} fragment f${n} on Query { viewer { id } }`;
const reveals = (n: number) => {
  const field = (i: number) => `r${i}: revealTtlSecret(input: $input) { __typename }`;
  return `mutation ($input: RevealTtlSecretInput!) { ${Array.from({ length: n }, (_, i) => field(i)).join(" ")} }`;
};
const form = () => {
  const body = new FormData();
  body.set("operations", JSON.stringify({ query: REVEAL, variables: { input: right() } }));
  body.set("map", "{}");
  return body;
};

/** Attacks and their required outcomes. */
const TABLE: [what: string, attack: () => Promise<Response>, expected: string][] = [
  // Form of the request.
  [
    "a mutation by GET",
    () =>
      send(
        `/graphql?query=${encodeURIComponent(REVEAL)}&variables=${encodeURIComponent(JSON.stringify({ input: right() }))}`,
      ),
    "405 BAD_USER_INPUT",
  ],
  ["a query by GET", () => send("/graphql?query={viewer{id}}"), "405 BAD_USER_INPUT"],
  ["HEAD", () => send("/graphql", { method: "HEAD" }), "405"],
  ["PUT", () => send("/graphql", { method: "PUT", headers: JSON_TYPE, body: "{}" }), "405 BAD_USER_INPUT"],
  ["DELETE", () => send("/graphql", { method: "DELETE" }), "405 BAD_USER_INPUT"],
  [
    "a method override",
    () => send("/graphql?_method=POST", { method: "GET", headers: { "x-http-method-override": "POST" } }),
    "405 BAD_USER_INPUT",
  ],
  [
    "a mutation as text/plain",
    () =>
      post(JSON.stringify({ query: REVEAL, variables: { input: right() } }), {
        "content-type": "text/plain",
      }),
    "415 BAD_USER_INPUT",
  ],
  [
    "a mutation as a URL-encoded form",
    () =>
      send("/graphql", {
        method: "POST",
        body: new URLSearchParams({ query: REVEAL, variables: JSON.stringify({ input: right() }) }),
      }),
    "415 BAD_USER_INPUT",
  ],
  [
    "a mutation as a multipart form",
    () => send("/graphql", { method: "POST", body: form() }),
    "415 BAD_USER_INPUT",
  ],
  [
    "a mutation as application/graphql",
    () => post(REVEAL, { "content-type": "application/graphql" }),
    "415 BAD_USER_INPUT",
  ],
  [
    "a content type that only starts like JSON",
    () => post("{}", { "content-type": "application/jsonp" }),
    "415 BAD_USER_INPUT",
  ],
  [
    "JSON hidden in a parameter",
    () => post("{}", { "content-type": "text/plain; application/json" }),
    "415 BAD_USER_INPUT",
  ],
  [
    "a batch of operations",
    () => post(JSON.stringify([{ query: REVEAL, variables: { input: right() } }])),
    "400 BAD_USER_INPUT",
  ],
  ["an empty batch", () => post("[]"), "400 BAD_USER_INPUT"],
  ["an empty body", () => post(""), "400 BAD_USER_INPUT"],
  ["a body that is no object", () => post("42"), "400 BAD_USER_INPUT"],
  ["null", () => post("null"), "400 BAD_USER_INPUT"],
  ["malformed JSON", () => post('{"query": '), "400 BAD_USER_INPUT"],
  [
    "JSON nested 100,000 deep",
    () => postSignedIn(`{"query":"{viewer{id}}","variables":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "400 BAD_USER_INPUT",
  ],
  [
    "variables nested 50,000 deep",
    () =>
      postSignedIn(
        `{"query":"query ($id: ID!) { project(id: $id) { id } }","variables":{"id":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}}`,
      ),
    "400 BAD_USER_INPUT",
  ],
  ["a query that is a number", () => post('{"query": 1}'), "400 BAD_USER_INPUT"],
  [
    "variables that are a string",
    () => post('{"query": "{ viewer { id } }", "variables": "x"}'),
    "400 BAD_USER_INPUT",
  ],
  [
    "extensions for persisted queries",
    () => post('{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}'),
    "400 BAD_USER_INPUT",
  ],
  [
    "__proto__ in the body",
    () => post('{"query": "{ viewer { id } }", "__proto__": {"hasApiKey": false}}'),
    "400 BAD_USER_INPUT",
  ],
  [
    "__proto__ in the variables",
    () => signedIn(CREATE, JSON.parse(`{"input": {"__proto__": {"name": "x"}}}`)),
    "400 BAD_USER_INPUT",
  ],
  [
    "constructor as an input field",
    () => signedIn(CREATE, secretInput({ constructor: { prototype: 1 } })),
    "400 BAD_USER_INPUT",
  ],
  [
    "a body over 512 KiB",
    () => post(JSON.stringify({ query: "{ viewer { id } }", variables: { x: "x".repeat(600_000) } })),
    "413 BAD_USER_INPUT",
  ],
  // Documents.
  ["three reveals in one mutation", () => ask(reveals(3), { input: right() }), "200 UNAUTHENTICATED"],
  [
    "three reveals in a member's mutation",
    () => signedIn(reveals(3), { input: right() }),
    "400 BAD_USER_INPUT",
  ],
  ["a thousand reveals in one mutation", () => ask(reveals(1000), { input: right() }), "413 BAD_USER_INPUT"],
  [
    "a thousand reveals in a member's mutation",
    () => signedIn(reveals(1000), { input: right() }),
    "400 BAD_USER_INPUT",
  ],
  [
    "a body of 17 KiB without a credential",
    () => ask("{ viewer { id } }", { x: "x".repeat(17 * 1024) }),
    "413 BAD_USER_INPUT",
  ],
  [
    "two reveals behind fragments",
    () =>
      signedIn(
        "mutation ($input: RevealTtlSecretInput!) { ...a ...b } fragment a on Mutation { x: revealTtlSecret(input: $input) { __typename } } fragment b on Mutation { y: revealTtlSecret(input: $input) { __typename } }",
        { input: right() },
      ),
    "400 BAD_USER_INPUT",
  ],
  [
    "a reveal and a create in one mutation",
    () =>
      signedIn(
        "mutation ($a: RevealTtlSecretInput!, $b: CreateTtlSecretInput!) { revealTtlSecret(input: $a) { __typename } createTtlSecret(input: $b) { link } }",
        { a: right(), b: secretInput({}).input },
      ),
    "400 BAD_USER_INPUT",
  ],
  [
    "two operations and no name",
    () => ask("query A { viewer { id } } query B { viewer { id } }"),
    "400 BAD_USER_INPUT",
  ],
  ["a hundred aliases", () => signedIn(`{ ${aliases(100)} }`), "400 BAD_USER_INPUT"],
  [
    "six root fields",
    () =>
      signedIn(
        "{ viewer { id } ...f } fragment f on Query { viewer { id } viewer { id } viewer { id } viewer { id } viewer { id } }",
      ),
    "400 BAD_USER_INPUT",
  ],
  ["a bomb of nested fragments", () => ask(bomb(25)), "400 BAD_USER_INPUT"],
  ["a fragment inside itself", () => signedIn("{ ...f } fragment f on Query { ...f }"), "400 BAD_USER_INPUT"],
  [
    "20,000 directives",
    () => signedIn(`{ viewer ${"@skip(if: false) ".repeat(20_000)} { id } }`),
    "400 BAD_USER_INPUT",
  ],
  ["100,000 tokens", () => signedIn(`{ viewer { ${"id ".repeat(100_000)} } }`), "400 BAD_USER_INPUT"],
  [
    "a selection nested 5,000 deep",
    () => signedIn(`${"{ viewer ".repeat(5000)}${"}".repeat(5000)}`),
    "400 BAD_USER_INPUT",
  ],
  [
    "a list value nested 5,000 deep",
    () => signedIn(`{ project(id: ${"[".repeat(5000)}${"]".repeat(5000)}) { id } }`),
    "400 BAD_USER_INPUT",
  ],
  ["a subscription", () => signedIn("subscription { x }"), "400 BAD_USER_INPUT"],
  ["@defer", () => signedIn("{ viewer { id ... @defer { email } } }"), "400 BAD_USER_INPUT"],
  // Requests without a credential.
  ["introspection by a stranger", () => ask("{ __schema { types { name } } }"), "200 UNAUTHENTICATED"],
  [
    "introspection behind an alias",
    () => ask('{ viewer: __type(name: "Query") { name } }'),
    "200 UNAUTHENTICATED",
  ],
  [
    "introspection behind a fragment",
    () => ask("{ ... on Query { __schema { queryType { name } } } }"),
    "200 UNAUTHENTICATED",
  ],
  [
    "two public fields at once",
    () => ask('{ viewer { id } ttlSecretAvailable(vaultId: 1, token: "x") }'),
    "200 UNAUTHENTICATED",
  ],
  [
    "a public field together with a private one",
    () => ask("{ viewer { id } projects { nodes { id } } }"),
    "200 UNAUTHENTICATED",
  ],
  [
    "a public field in a document of 3,000 characters",
    () => ask(`{ viewer { id } } #${"x".repeat(3000)}`),
    "200 UNAUTHENTICATED",
  ],
  [
    "a forged session cookie",
    () => ask("{ projects { nodes { id } } }", {}, { cookie: "ttl-secrets.session_token=forged.signature" }),
    "200 UNAUTHENTICATED",
  ],
  [
    "an API key that does not exist",
    () => ask(REVEAL, { input: right() }, { authorization: "Bearer ttlk_x" }),
    "401 UNAUTHENTICATED",
  ],
  [
    "any bearer token that reveals",
    () => ask(REVEAL, { input: right() }, { authorization: "Bearer eDp5" }),
    "401 UNAUTHENTICATED",
  ],
  // Inputs.
  ["NUL in a name", () => signedIn(CREATE, secretInput({ name: "a\0b" })), "200 BAD_USER_INPUT"],
  [
    "CR LF in a name",
    () => signedIn(CREATE, secretInput({ name: "a\r\nSet-Cookie: x=y" })),
    "200 BAD_USER_INPUT",
  ],
  [
    "a lone surrogate in a name",
    () => signedIn(CREATE, secretInput({ name: "\ud800" })),
    "200 BAD_USER_INPUT",
  ],
  [
    "a lone surrogate in a value",
    () => signedIn(CREATE, secretInput({ content: { value: "\udfff" } })),
    "200 BAD_USER_INPUT",
  ],
  ["NUL in an id", () => signedIn("query ($id: ID!) { project(id: $id) { id } }", { id: "\0" }), "200 ok"],
  [
    "SQL in an id",
    () => signedIn("mutation ($id: ID!) { deleteProject(id: $id) }", { id: "' OR 1=1; --" }),
    "200 NOT_FOUND",
  ],
  ["NUL in a token", () => ask(REVEAL, { input: { ...right(), token: "\0".repeat(22) } }), "200 ok"],
  [
    "1e309 as TTL",
    () =>
      post(
        `{"query": ${JSON.stringify(CREATE)}, "variables": {"input": {"projectId": "x", "name": "n", "ttlSeconds": 1e309, "content": {"value": "v"}}}}`,
        { ...JSON_TYPE, cookie: scene.cookie },
      ),
    "400 BAD_USER_INPUT",
  ],
  ["-0 as TTL", () => signedIn(CREATE, secretInput({ ttlSeconds: -0 })), "200 BAD_USER_INPUT"],
  ["1.5 as TTL", () => signedIn(CREATE, secretInput({ ttlSeconds: 60.5 })), "400 BAD_USER_INPUT"],
  ["a string as TTL", () => signedIn(CREATE, secretInput({ ttlSeconds: "60" })), "400 BAD_USER_INPUT"],
  ["2^53 as TTL", () => signedIn(CREATE, secretInput({ ttlSeconds: 2 ** 53 })), "400 BAD_USER_INPUT"],
  [
    "an array as passphrase",
    () => ask(REVEAL, { input: { ...right(), passphrase: [scene.passphrase, "x"] } }),
    "400 BAD_USER_INPUT",
  ],
  [
    "an object as token",
    () => ask(REVEAL, { input: { ...right(), token: { $ne: null } } }),
    "400 BAD_USER_INPUT",
  ],
  [
    "a blank passphrase",
    () => ask(REVEAL, { input: { ...right(), passphrase: "\u2003" } }),
    "200 BAD_USER_INPUT",
  ],
  [
    "1,025 characters of passphrase",
    () => ask(REVEAL, { input: { ...right(), passphrase: "x".repeat(1025) } }),
    "200 BAD_USER_INPUT",
  ],
  [
    "a page of a million",
    () => signedIn("{ projects(first: 1000000) { nodes { id } } }"),
    "400 BAD_USER_INPUT",
  ],
  [
    "a cursor of the year 33658",
    () =>
      signedIn("query ($after: String) { projects(after: $after) { nodes { id } } }", {
        after: Buffer.from("999999999999999:00000000-0000-4000-8000-000000000000").toString("base64url"),
      }),
    "200 BAD_USER_INPUT",
  ],
  // Origins.
  [
    "a session used from an evil origin",
    () => ask("{ projects { nodes { id } } }", {}, { cookie: scene.cookie, origin: "https://evil.example" }),
    "200 UNAUTHENTICATED",
  ],
  [
    "a session used from the null origin",
    () => ask("{ projects { nodes { id } } }", {}, { cookie: scene.cookie, origin: "null" }),
    "200 UNAUTHENTICATED",
  ],
  [
    "a session used from an origin with our name in it",
    () =>
      ask(
        "{ projects { nodes { id } } }",
        {},
        { cookie: scene.cookie, origin: `${stack.current.url}.evil.example` },
      ),
    "200 UNAUTHENTICATED",
  ],
  [
    "a session used by a cross-site request without Origin",
    () => ask("{ projects { nodes { id } } }", {}, { cookie: scene.cookie, "sec-fetch-site": "cross-site" }),
    "200 UNAUTHENTICATED",
  ],
  [
    "a session used by a program, which has no Origin",
    () => signedIn("{ projects { nodes { id } } }"),
    "200 ok",
  ],
  [
    "login CSRF from an evil origin",
    () =>
      send("/api/auth/sign-in/email", {
        method: "POST",
        headers: { ...JSON_TYPE, origin: "https://evil.example" },
        body: JSON.stringify({ email: "ada@example.com", password: "correct horse battery" }),
      }),
    "403 FORBIDDEN",
  ],
  [
    "login CSRF by a form",
    () =>
      send("/api/auth/sign-in/email", {
        method: "POST",
        body: new URLSearchParams({ email: "ada@example.com", password: "correct horse battery" }),
      }),
    "415 BAD_USER_INPUT",
  ],
  [
    "login CSRF by a cross-site request without Origin",
    () =>
      send("/api/auth/sign-in/email", {
        method: "POST",
        headers: { ...JSON_TYPE, "sec-fetch-site": "cross-site" },
        body: "{}",
      }),
    "403 FORBIDDEN",
  ],
  [
    "sign-out by a link",
    () => send("/api/auth/sign-out", { headers: { cookie: scene.cookie } }),
    "404 NOT_FOUND",
  ],
  [
    "an endpoint of better-auth that is not ours",
    () =>
      send("/api/auth/update-user", {
        method: "POST",
        headers: { ...JSON_TYPE, cookie: scene.cookie, origin: stack.current.url },
        body: '{"name":"x"}',
      }),
    "404 NOT_FOUND",
  ],
  [
    "another spelling of such an endpoint",
    () =>
      send("/api/auth/sign-in/../update-user", {
        method: "POST",
        headers: { ...JSON_TYPE, origin: stack.current.url },
        body: "{}",
      }),
    "404 NOT_FOUND",
  ],
  // Files.
  ["an encoded path traversal", () => send("/assets/..%2f..%2f..%2fpackage.json"), "404"],
  ["a path traversal, encoded twice", () => send("/reveal/%252e%252e%252fpackage.json"), "404"],
  ["a path traversal with backslashes", () => send("/reveal/..%5c..%5cpackage.json"), "404"],
  ["NUL in a file name", () => send("/assets/index%00.js"), "404"],
  ["a missing file", () => send("/reveal/assets/none.js"), "404"],
];

describe("hostile input", () => {
  it(`has more than sixty cases (${TABLE.length})`, () => {
    expect(TABLE.length).toBeGreaterThan(60);
    expect(new Set(TABLE.map(([what]) => what)).size).toBe(TABLE.length);
  });

  it("a byte-order mark before the JSON is ignored or refused, both of which RFC 8259 (8.1) allows", async () => {
    const answer = await post('\ufeff{"query":"{ viewer { id } }"}');
    expect(["200 ok", "400 BAD_USER_INPUT"]).toContain(await outcome(answer));
  });

  it.each(TABLE)("%s", async (_what, attack, expected) => {
    expect(await outcome(await attack())).toBe(expected);
  });
});

/** Writes raw bytes and reads until the server closes the connection, or for `ms`. */
function raw(text: string, ms = 3000): Promise<string> {
  const { hostname, port } = new URL(stack.current.url);
  return new Promise((resolve) => {
    let received = "";
    const socket = createConnection({ host: hostname, port: Number(port) });
    const end = () => {
      socket.destroy();
      resolve(received);
    };
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("close", end);
    socket.on("error", end);
    socket.write(text);
    void setTimeout(ms).then(end);
  });
}

describe("requests that two servers could parse differently (request smuggling)", () => {
  const smuggled = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
  it.each([
    [
      "both Content-Length and Transfer-Encoding",
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "two Content-Lengths",
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 50\r\n\r\n${smuggled}`,
    ],
    [
      "an unknown Transfer-Encoding",
      "POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    ],
    ["a space before the colon", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nabcde"],
    ["a bare LF in a header", "GET /healthz HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"],
    [
      "a chunk size that is no number",
      "POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
    ["no Host", "GET /healthz HTTP/1.1\r\n\r\n"],
  ])("are refused and the connection closed: %s", async (_what, request) => {
    const answer = await raw(request);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("headers of more than 16 KiB are refused", async () => {
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it("a chunked body over 512 KiB is refused before all of it is sent", async () => {
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const head =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await raw(head + chunk.repeat(20))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("a body that never arrives delays no other request", async () => {
    const slow = raw(
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      1500,
    );
    expect((await send("/healthz")).status).toBe(200);
    await slow;
  });
});
