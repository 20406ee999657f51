import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSender } from "../../test/factories.ts";

const db = useDatabase();

/** Sends a body to the endpoint; a string as it is, anything else as JSON. */
function sender(options: Parameters<typeof createTestApp>[1] = {}) {
  const app = createTestApp(db.current, options);
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    app.request("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { app, post };
}

const link = { vaultId: "vault_x", token: "x".repeat(22), passphrase: "wrong" };
const REVEAL = "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";
const VIEWER = "{ viewer { id } }";

const INVALID = "The request is not valid for this schema: check the document and its variables.";
const invalid = (...columns: number[]) => ({
  errors: [
    {
      message: INVALID,
      ...(columns.length > 0 && { locations: columns.map((column) => ({ line: 1, column })) }),
      extensions: { code: "BAD_USER_INPUT" },
    },
  ],
});
const wrongType = (column: number, field: string) => ({
  errors: [
    {
      message: "This input does not have the type that the schema asks for.",
      locations: [{ line: 1, column }],
      extensions: { code: "BAD_USER_INPUT", field },
    },
  ],
});
const unknownFields = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, i]));
const unauthenticated = {
  errors: [{ message: "Sign in first.", extensions: { code: "UNAUTHENTICATED" } }],
};

const REPEATED = "Select each field once: a document may repeat 10 fields.";
const tooLarge = (message: string) => ({ errors: [{ message, extensions: { code: "BAD_USER_INPUT" } }] });

describe("the answer, byte for byte, to", () => {
  it.each<[string, unknown, number, object]>([
    ["a query", { query: VIEWER }, 200, { data: { viewer: null } }],
    [
      "one of two operations",
      { query: "query A { viewer { id } } query B { __typename }", operationName: "A" },
      200,
      { data: { viewer: null } },
    ],
    [
      "neither of two operations",
      { query: "query A { viewer { id } } query B { __typename }" },
      400,
      invalid(),
    ],
    [
      "null variables",
      { query: VIEWER, variables: null, operationName: null },
      200,
      { data: { viewer: null } },
    ],
    ["empty extensions", { query: VIEWER, extensions: {} }, 200, { data: { viewer: null } }],
    ["a document with a syntax error", { query: "{ viewer {" }, 400, invalid(11)],
    ["an empty document", { query: "" }, 400, invalid(1)],
    ["an unknown field", { query: "{ viewer { nobody } }" }, 400, invalid(12)],
    ["an unknown root field", { query: "{ nobody { id } }" }, 200, unauthenticated],
    ["a document that is too deep", { query: `${"{ viewer ".repeat(11)}${"}".repeat(11)}` }, 400, invalid()],
    ["too many tokens", { query: `{ viewer(a: ${"[".repeat(1000)}` }, 400, invalid()],
    [
      "too many root fields",
      { query: "{ a: viewer b: viewer c: viewer d: viewer e: viewer f: viewer }" },
      200,
      unauthenticated,
    ],
    ["repeated fields", { query: `{ viewer { ${"id ".repeat(12)} } }` }, 400, tooLarge(REPEATED)],
    ["a field that needs a credential", { query: "{ projects { nodes { id } } }" }, 200, unauthenticated],
    [
      "a stream that needs a credential",
      { query: 'subscription { ttlSecretChanged(projectId: "x") { id } }' },
      200,
      unauthenticated,
    ],
    [
      "a variable of the wrong type",
      { query: REVEAL, variables: { input: { ...link, token: 1 } } },
      400,
      wrongType(11, "token"),
    ],
    [
      "variables with a thousand unknown fields",
      { query: REVEAL, variables: { input: { ...link, ...unknownFields(1000) } } },
      400,
      invalid(11),
    ],
    [
      "variables with errors in several fields",
      { query: REVEAL, variables: { input: { vaultId: {}, token: {}, passphrase: {} } } },
      400,
      wrongType(11, "passphrase"),
    ],
    ["a missing variable", { query: REVEAL }, 400, invalid(11)],
    [
      "a blank passphrase",
      { query: REVEAL, variables: { input: { ...link, passphrase: "" } } },
      200,
      {
        errors: [
          {
            message: "Enter the passphrase: six words.",
            locations: [{ line: 1, column: 44 }],
            path: ["revealTtlSecret"],
            extensions: { code: "BAD_USER_INPUT", field: "passphrase" },
          },
        ],
        data: null,
      },
    ],
    [
      "an unknown link",
      { query: REVEAL, variables: { input: link } },
      200,
      { data: { revealTtlSecret: { __typename: "TtlSecretNotAvailable" } } },
    ],
    ["an unknown parameter", { query: VIEWER, extension: 1 }, 400, invalid()],
    ["variables that are no object", { query: VIEWER, variables: [] }, 400, invalid()],
    ["no document", {}, 400, invalid()],
    ["a document that is no string", { query: 5 }, 400, invalid()],
    ["a batch", [{ query: VIEWER }], 400, invalid()],
    ["null", null, 400, invalid()],
    ["JSON that breaks off", "{", 400, invalid()],
    ["an empty body", "", 400, invalid()],
  ])("%s", async (_what, body, status, answer) => {
    const { post } = sender();
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(JSON.stringify(answer));
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  it("more attempts than the rate limit allows", async () => {
    const { post } = sender({ rateLimitMultiplier: 1 / 30 });
    const attempt = { query: REVEAL, variables: { input: link } };
    await post(attempt);
    const response = await post(attempt);
    expect(response.status).toBe(429);
    const { errors } = JSON.parse(await response.text());
    expect(errors).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
    expect(response.headers.get("retry-after")).toBe(String(errors[0].extensions.retryAfterSeconds));
  });
});

describe("the media type of an answer", () => {
  it.each([
    ["*/*", "application/json"],
    ["application/json", "application/json"],
    ["application/json;q=1", "application/json"],
    ["application/graphql-response+json", "application/graphql-response+json"],
    ["application/graphql-response+json, application/json", "application/graphql-response+json"],
  ])("follows the Accept header: %s", async (accept, type) => {
    const { app, post } = sender();
    const { cookie } = await createSender(app);
    const response = await post(
      { query: "{ viewer { email } nobody: project(id: 1) { id } }" },
      { accept, cookie },
    );
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(JSON.parse(await response.text())).toMatchObject({ data: { nobody: null } });
  });
});

describe("a document of a signed-in member with too many root fields", () => {
  it("is refused by its number of fields, without a position", async () => {
    const { app, post } = sender();
    const { cookie } = await createSender(app);
    const response = await post(
      { query: "{ a: viewer b: viewer c: viewer d: viewer e: viewer f: viewer }" },
      { cookie },
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(tooLarge("Select fewer root fields: at most 5 in a query."));
  });
});

describe("a stranger", () => {
  const flood = async (post: ReturnType<typeof sender>["post"], n: number, headers = {}) => {
    const statuses: number[] = [];
    for (let i = 0; i < n; i++) statuses.push((await post({ query: VIEWER }, headers)).status);
    return statuses;
  };

  it("is refused after 300 requests in ten seconds, and a member is not", async () => {
    const authSecret = "x".repeat(32);
    const { post } = sender({ rateLimitMultiplier: 1, authSecret });
    const { cookie } = await createSender(sender({ authSecret }).app);
    expect(new Set(await flood(post, 300))).toEqual(new Set([200]));
    const response = await post({ query: VIEWER });
    expect(response.status).toBe(429);
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
    expect(response.headers.get("retry-after")).toBe(String(errors[0].extensions.retryAfterSeconds));
    expect(await flood(post, 3, { cookie })).toEqual([200, 200, 200]);
    expect(await flood(post, 1, { cookie: "ttl-secrets.session_token=forged" })).toEqual([429]);
  });

  it("may send 16 KiB, a member 512", async () => {
    const { app, post } = sender();
    const { cookie } = await createSender(app);
    const body = (kib: number) => JSON.stringify({ query: VIEWER }).padEnd(kib * 1024);
    const length = (text: string) => ({ "content-length": String(text.length) });
    const status = async (kib: number, headers = {}) =>
      (await post(body(kib), { ...length(body(kib)), ...headers })).status;
    expect(await status(16)).toBe(200);
    expect(await status(17)).toBe(413);
    expect(await status(512, { cookie })).toBe(200);
    expect(await status(513, { cookie })).toBe(413);
  });
});
