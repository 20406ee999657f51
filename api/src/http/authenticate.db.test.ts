import { beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createKey, createSecret, createSender, graphql, reveal, type Sender } from "../../test/factories.ts";

const db = useDatabase();

let app: TestApp;
let sender: Sender;

beforeAll(async () => {
  app = createTestApp(db.current);
  sender = await createSender(app);
});

/** How often a request looks up a session. */
async function sessionLookups(request: () => Promise<unknown>): Promise<number> {
  let lookups = 0;
  const { unsafe } = db.current.sql;
  const spy = vi.spyOn(db.current.sql, "unsafe").mockImplementation(((query: string, ...rest: never[]) => {
    if (query.startsWith("select") && query.includes('from "sessions"')) lookups += 1;
    return unsafe(query, ...rest);
  }) as typeof unsafe);
  try {
    await request();
  } finally {
    spy.mockRestore();
  }
  return lookups;
}

describe("the session of a request", () => {
  it("is looked up once, however many fields need it", async () => {
    const document = "{ viewer { id } a: projects { nodes { id } } b: projects { nodes { id } } }";
    const request = async () => {
      const { data, errors } = await graphql(app, document, {}, sender);
      expect(errors).toBeUndefined();
      expect(data.viewer).not.toBeNull();
    };
    expect(await sessionLookups(request)).toBe(1);
  });

  it("is looked up once for a reveal, to tell whether it comes from a stranger", async () => {
    const secret = await createSecret(app, sender);
    const request = async () =>
      expect(await reveal(app, secret, { cookie: sender.cookie })).toMatchObject({ value: "hunter2" });
    expect(await sessionLookups(request)).toBe(1);
  });

  it("is not looked up for a page of another origin, which is a stranger", async () => {
    const headers = { origin: "https://elsewhere.example" };
    const request = async () =>
      expect(await graphql(app, "{ viewer { id } }", {}, { cookie: sender.cookie, headers })).toEqual({
        data: { viewer: null },
      });
    expect(await sessionLookups(request)).toBe(0);
  });

  it("is not looked up for an API key, which is no viewer and can't reveal", async () => {
    const { headers } = await createKey(app, sender);
    const secret = await createSecret(app, sender);
    const request = async () => {
      const { data } = await graphql(app, "{ viewer { id } projects { nodes { id } } }", {}, { headers });
      expect(data).toEqual({ viewer: null, projects: { nodes: [{ id: sender.projectId }] } });
      expect(await reveal(app, secret, { headers })).toMatchObject({ code: "FORBIDDEN" });
    };
    expect(await sessionLookups(request)).toBe(0);
    expect(await reveal(app, secret)).toMatchObject({ value: "hunter2" });
  });
});
