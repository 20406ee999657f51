import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("window", { location: { origin: "https://dash.example.com" } });
  vi.stubGlobal("document", { querySelector: () => null });
  fetched.mockResolvedValue(Response.json({}));
});
afterEach(() => {
  fetched.mockReset();
  vi.unstubAllGlobals();
});

/** URL and credentials mode of a POST to /graphql from a page with this `api-origin`. */
async function postFrom(apiOrigin?: string) {
  const meta = { content: apiOrigin };
  const querySelector = (what: string) =>
    what === 'meta[name="api-origin"]' && apiOrigin !== undefined ? meta : null;
  vi.stubGlobal("document", { querySelector });
  const { postJson } = await import("./http.ts");
  await postJson("/graphql", {});
  const [url, init] = fetched.mock.calls[0] ?? [];
  return { url: String(url), credentials: init?.credentials };
}

describe("the API's origin", () => {
  test("is the dashboard's own, and cookies go nowhere else", async () => {
    const own = { url: "https://dash.example.com/graphql", credentials: "same-origin" };
    expect(await postFrom()).toEqual(own);
  });

  test("is the dashboard's own if the setting is empty", async () => {
    expect(await postFrom("")).toMatchObject({ credentials: "same-origin" });
  });

  test("is the one in the page, and cookies are sent there", async () => {
    const other = { url: "https://api.example.com/graphql", credentials: "include" };
    expect(await postFrom("https://api.example.com")).toEqual(other);
  });
});

describe("an error response", () => {
  const answering = async (body: string, status: number, type: string) => {
    fetched.mockResolvedValue(new Response(body, { status, headers: { "content-type": type } }));
    const { ownFetch } = await import("./http.ts");
    return ownFetch("/graphql");
  };

  test("of the API is passed on, whatever its HTTP status", async () => {
    for (const status of [400, 401, 403, 429, 500, 503]) {
      const type = "application/graphql-response+json; charset=utf-8";
      expect((await answering("{}", status, type)).status).toBe(status);
    }
  });

  test("of a proxy counts as unreachable", async () => {
    for (const status of [500, 502, 503, 504]) {
      await expect(answering("<h1>Bad gateway</h1>", status, "text/html")).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
    }
  });
});
