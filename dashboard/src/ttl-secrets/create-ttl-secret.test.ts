import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onSessionEnd } from "../api/session-end.ts";
import { createTtlSecret } from "./create-ttl-secret.ts";

const fetched = vi.fn<typeof fetch>();
const input = { projectId: "p", name: "n", ttlSeconds: 300, content: { value: "hunter2" } };

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("window", { location: { origin: "https://dash.example.com" } });
  vi.stubGlobal("document", { querySelector: () => null });
});
afterEach(() => {
  fetched.mockReset();
  vi.unstubAllGlobals();
});

/** Error of a create for such a response. */
async function errorOf(body: unknown, init: ResponseInit): Promise<unknown> {
  fetched.mockResolvedValue(Response.json(body, init));
  return createTtlSecret(input).then(
    () => null,
    (error: unknown) => error,
  );
}

const refused = (extensions: object) => ({ data: null, errors: [{ message: "No.", extensions }] });

test.each([
  [429, { code: "RATE_LIMITED", retryAfterSeconds: 12 }],
  [200, { code: "OVERLOADED", retryAfterSeconds: 2 }],
  [503, { code: "OVERLOADED", retryAfterSeconds: 2 }],
  [400, { code: "BAD_USER_INPUT", field: "input.name" }],
] as const)(
  "a refusal with status %i keeps its code, and nothing of what was sent: %o",
  async (status, extensions) => {
    const error = await errorOf(refused(extensions), { status });
    expect(error).toMatchObject(extensions);
    expect(`${error}${JSON.stringify(error)}`).not.toContain("hunter2");
  },
);

test("reads the retry delay from the header if the body has none", async () => {
  const error = await errorOf({}, { status: 429, headers: { "retry-after": "30" } });
  expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 30 });
});

test("reports the end of the session", async () => {
  const ended = vi.fn();
  const stop = onSessionEnd(ended);
  await errorOf(refused({ code: "UNAUTHENTICATED" }), { status: 200 });
  expect(ended).toHaveBeenCalledOnce();
  stop();
});
