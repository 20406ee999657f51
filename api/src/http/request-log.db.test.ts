import { PassThrough } from "node:stream";
import pretty from "pino-pretty";
import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSender, graphql } from "../../test/factories.ts";
import { connect } from "../db/client.ts";
import { createLogger } from "../logging/log.ts";
import { requestUnderWay } from "../logging/request-context.ts";

const db = useDatabase();

const TOKEN = "CANARY0123456789abcdef";

const lines = (app: TestApp): Record<string, unknown>[] => app.logs.map((line) => JSON.parse(line));
const requests = (app: TestApp) => lines(app).filter(({ msg }) => msg === "request");

describe("every request logs one line", () => {
  it("with method, route, status, duration and address, and nothing else", async () => {
    const app = createTestApp(db.current);
    await app.request(
      "/api/sign-up",
      { headers: { cookie: "CANARY", authorization: "CANARY" } },
      "192.0.2.7",
    );
    const { time, ms, request, ...rest } = requests(app)[0] ?? {};
    expect(rest).toEqual({
      level: 30,
      method: "GET",
      route: "/api/sign-up",
      status: 200,
      address: "192.0.2.7",
      msg: "request",
    });
    expect([typeof time, typeof ms, typeof request]).toEqual(["number", "number", "string"]);
    expect(requests(app)).toHaveLength(1);
  });

  it.each([
    `/vault_000000000000000000000000/${TOKEN}`,
    `/vault_1/${TOKEN}/x`,
    `/${TOKEN}`,
    `/?token=${TOKEN}`,
    `/reveal/${TOKEN}`,
    `/assets/${TOKEN}`,
    `/api/${TOKEN}`,
    `/graphql?query=${TOKEN}`,
  ])("that names the route, not the path: %s", async (path) => {
    const app = createTestApp(db.current);
    for (const method of ["GET", "HEAD", "POST"]) await app.request(path, { method });
    expect(requests(app)).toHaveLength(3);
    expect(app.logs.join("")).not.toContain("CANARY");
  });

  it("that names the operation by the schema's fields, not by the client's name for it", async () => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    app.logs.length = 0;
    const document = `query CANARY { CANARY: viewer { id } ...CANARY } fragment CANARY on Query { projects { nodes { id } } }`;
    expect((await graphql(app, document, {}, { cookie })).errors).toBeUndefined();
    await graphql(app, "{ CANARY }", {}, { cookie });
    expect(requests(app).map(({ operation }) => operation)).toEqual(["query viewer,projects", undefined]);
    expect(app.logs.join("")).not.toContain("CANARY");
  });

  it("except successful health checks", async () => {
    const app = createTestApp(db.current);
    await app.request("/healthz");
    await app.request("/readyz");
    expect(requests(app).map(({ level }) => level)).toEqual([20, 20]);
    const gone = connect("postgres://nobody@127.0.0.1:1/none");
    const broken = createTestApp(gone);
    await broken.request("/readyz");
    expect(requests(broken).map(({ level, status }) => [level, status])).toEqual([[30, 503]]);
    await gone.close();
  });
});

describe("a request's id", () => {
  it("is in the response, and in every log line of the request", async () => {
    const gone = connect("postgres://nobody@127.0.0.1:1/none");
    const app = createTestApp(gone);
    const answer = await app.request("/api/sign-up");
    const id = answer.headers.get("x-request-id");
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines(app).map(({ request, msg }) => [request, msg])).toEqual([
      [id, "a request failed"],
      [id, "request"],
    ]);
    expect(requestUnderWay()).toBeUndefined();
    await gone.close();
  });

  const GIVEN = "0123456789abcdef0123456789abcdef";
  const idOf = async (given: string, trustedProxies: string[]) => {
    const app = createTestApp(db.current, { trustedProxies });
    const headers = { "x-request-id": given, "x-forwarded-for": "203.0.113.9" };
    const answer = await app.request("/healthz", { headers }, "10.0.0.1");
    return answer.headers.get("x-request-id");
  };

  it("is the one that a trusted proxy set", async () => {
    expect(await idOf(GIVEN, ["10.0.0.1/32"])).toBe(GIVEN);
    expect(await idOf("01234567-89ab-cdef-0123-456789abcdef", ["10.0.0.0/8"])).toMatch(/^01234567-/);
  });

  it("can't be set by any other client, and is no free text", async () => {
    expect(await idOf(GIVEN, [])).not.toBe(GIVEN);
    for (const text of [TOKEN, `${GIVEN}0`, "CANARY", `${GIVEN}\n`.trim().toUpperCase()]) {
      expect(await idOf(text, ["10.0.0.1/32"])).not.toBe(text);
    }
  });
});

it("on a terminal, lines are formatted for people", async () => {
  const written = new PassThrough();
  const log = createLogger("info", pretty({ destination: written, sync: true, colorize: false }));
  log.error({ err: new TypeError("CANARY"), ms: 3 }, "a request failed");
  const text = String(written.read());
  expect(text).toMatch(/ERROR.*a request failed\n/);
  expect(text).toContain("ms: 3");
  expect(text).toContain("TypeError");
  expect(text).not.toContain("CANARY");
});

it("a request whose client has disconnected changes nothing, whatever its headers say", async () => {
  const app = createTestApp(db.current, { trustedProxies: ["0.0.0.0/0", "::/0"] });
  const { cookie } = await createSender(app);
  app.logs.length = 0;
  const headers = { "x-forwarded-for": "192.0.2.7", cookie };
  for (const path of ["/graphql", "/api/auth/sign-out", "/healthz"]) {
    const answer = await app.request(path, { method: "POST", headers }, "");
    expect(answer.status).toBe(400);
  }
  expect(requests(app)).toHaveLength(3);
  expect(app.logs.join("")).not.toMatch(/0\.0\.0\.0|192\.0\.2\.7/);
});
