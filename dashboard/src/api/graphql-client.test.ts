import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProjectDocument, ViewerDocument } from "../gql/graphql.ts";
import known from "../gql/persisted-documents.json" with { type: "json" };
import { ApiError } from "./api-error.ts";
import { onSessionEnd } from "./session-end.ts";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("window", { location: { origin: "https://dash.example.com" } });
  vi.stubGlobal("document", { querySelector: () => null });
});
afterEach(() => {
  fetched.mockReset();
  vi.unstubAllGlobals();
});

/** Error thrown for such a response. */
async function errorOf(body: string, init: { status: number; headers: Record<string, string> }) {
  fetched.mockResolvedValue(new Response(body, init));
  const { runDocument } = await import("./graphql-client.ts");
  return runDocument(ViewerDocument, {}).then(
    () => null,
    (error: unknown) => error,
  );
}

const graphql = { "content-type": "application/graphql-response+json; charset=utf-8" };
const refused = (extensions: object) => JSON.stringify({ errors: [{ message: "No.", extensions }] });

test.each([
  [429, { code: "RATE_LIMITED", retryAfterSeconds: 12 }],
  [503, { code: "OVERLOADED", retryAfterSeconds: 2 }],
  [400, { code: "BAD_USER_INPUT", field: "name" }],
  [403, { code: "FORBIDDEN" }],
  [200, { code: "NOT_FOUND" }],
] as const)("keeps the code of an error with status %i: %o", async (status, extensions) => {
  const error = await errorOf(refused(extensions), { status, headers: graphql });
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject(extensions);
});

test("recognizes a rate limit of a proxy, which sends no GraphQL error", async () => {
  const headers = { "content-type": "text/plain", "retry-after": "30" };
  const error = await errorOf("Slow down", { status: 429, headers });
  expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 30 });
});

test("reports the end of the session once per response, whatever its status", async () => {
  const ended = vi.fn();
  const stop = onSessionEnd(ended);
  for (const status of [200, 401, 500]) {
    const error = await errorOf(refused({ code: "UNAUTHENTICATED" }), { status, headers: graphql });
    expect(error).toMatchObject({ code: "UNAUTHENTICATED" });
  }
  expect(ended).toHaveBeenCalledTimes(3);
  stop();
});

test("a request carries the document's text and the hash that the API knows it by", async () => {
  fetched.mockResolvedValue(new Response('{"data":{}}', { status: 200, headers: graphql }));
  const { runDocument } = await import("./graphql-client.ts");
  await runDocument(ProjectDocument, { id: "p" });
  const body = JSON.parse(String(fetched.mock.calls[0]?.[1]?.body));
  const { sha256Hash } = body.extensions.persistedQuery;
  expect(body).toEqual({
    query: expect.stringContaining("query Project("),
    variables: { id: "p" },
    operationName: "Project",
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });
  const selected = (text: string) => text.match(/\w+/g)?.sort();
  expect(selected(known[sha256Hash as keyof typeof known])).toEqual(selected(body.query));
});
