import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSender } from "../../test/factories.ts";

const db = useDatabase();

/** Both say the same; the second is none of the ways of saying it that are known, so Yoga answers. */
const PLAIN = "application/json";
const YOGAS = "application/json;q=1";

const link = { vaultId: "vault_x", token: "x".repeat(22), passphrase: "wrong" };
const REVEAL = "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";

describe("a plain request is answered byte for byte as Yoga would", () => {
  it.each<[string, object, number]>([
    ["a good one", { query: "{ viewer { id } }" }, 200],
    [
      "one of two operations",
      { query: "query A { viewer { id } } query B { __typename }", operationName: "A" },
      200,
    ],
    ["neither of two operations", { query: "query A { viewer { id } } query B { __typename }" }, 400],
    ["variables of null", { query: "{ viewer { id } }", variables: null, operationName: null }, 200],
    ["a document that is none", { query: "{ viewer {" }, 400],
    ["an empty document", { query: "" }, 400],
    ["a field that is none", { query: "{ nobody { id } }" }, 400],
    ["a document that is too deep", { query: `${"{ viewer ".repeat(11)}${"}".repeat(11)}` }, 400],
    ["a document of too many tokens", { query: `{ viewer { ${"id ".repeat(1000)} } }` }, 400],
    ["what strangers may not ask", { query: "{ projects { nodes { id } } }" }, 200],
    ["a wrong variable", { query: REVEAL, variables: { input: { ...link, token: 1 } } }, 400],
    ["a missing variable", { query: REVEAL }, 400],
    ["bad input", { query: REVEAL, variables: { input: { ...link, passphrase: "" } } }, 200],
    ["a dead link", { query: REVEAL, variables: { input: link } }, 200],
    ["a parameter that is none", { query: "{ viewer { id } }", extension: 1 }, 400],
    ["a subscription to nothing", { query: "subscription { nobody }" }, 400],
  ])("%s", async (_what, body, status) => {
    const app = createTestApp(db.current);
    const ask = (accept: string) =>
      app.request("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept },
        body: JSON.stringify(body),
      });
    const [plain, yogas] = [await ask(PLAIN), await ask(YOGAS)];
    expect(plain.status).toBe(status);
    expect(yogas.status).toBe(status);
    expect(await plain.text()).toBe(await yogas.text());
    expect(headersOf(plain)).toEqual(headersOf(yogas));
  });

  it("too many", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 / 30 });
    const ask = (accept: string) =>
      app.request("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept },
        body: JSON.stringify({ query: REVEAL, variables: { input: link } }),
      });
    await ask(PLAIN);
    const [plain, yogas] = [await ask(PLAIN), await ask(YOGAS)];
    expect(plain.status).toBe(429);
    expect(yogas.status).toBe(429);
    const secondsOff = (text: string) => text.replaceAll(/\d+/g, "#");
    expect(secondsOff(await plain.text())).toBe(secondsOff(await yogas.text()));
    expect(secondsOff(JSON.stringify(headersOf(plain)))).toBe(secondsOff(JSON.stringify(headersOf(yogas))));
  });

  it.each([
    "*/*",
    "application/graphql-response+json",
    "application/graphql-response+json, application/json",
  ])("accepting %s", async (accept) => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    const ask = (type: string) =>
      app.request("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: type, cookie },
        body: JSON.stringify({ query: "{ viewer { email } nobody: project(id: 1) { id } }" }),
      });
    const [plain, yogas] = [await ask(accept), await ask(`${accept};charset=utf-8`)];
    expect(await plain.text()).toBe(await yogas.text());
    expect(headersOf(plain)).toEqual(headersOf(yogas));
  });
});

/** What the answers may have in common: not the request's id. */
const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== "x-request-id").sort();
