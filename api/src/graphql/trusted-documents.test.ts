import { createHash } from "node:crypto";
import type { DocumentNode, validate } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { describe, expect, it } from "vitest";
import * as reveal from "../../../reveal/src/documents.ts";
import { documentLimits } from "./limits.ts";
import { schema } from "./schema.ts";
import texts from "./trusted-documents.json" with { type: "json" };
import { trustedDocuments } from "./trusted-documents.ts";

const QUERY = "query Q { __typename }";
const HASH = createHash("sha256").update(QUERY).digest("hex");

/** A server that trusts these documents; `parsed` lists the text of each document that it parses and validates. */
function server(trusted: Record<string, string>) {
  const parsed: string[] = [];
  const validated: DocumentNode[] = [];
  const record: Plugin = {
    onParse: ({ params, parseFn, setParseFn }) => {
      setParseFn((source, options) => {
        parsed.push(String(params.source));
        return parseFn(source, options);
      });
    },
    onValidate: ({ params, validateFn, setValidationFn }) => {
      setValidationFn((...args: Parameters<typeof validate>) => {
        validated.push(params.documentAST);
        return validateFn(...args);
      });
    },
  };
  const yoga = createYoga({
    schema,
    plugins: [trustedDocuments(trusted), record],
    parserAndValidationCache: false,
    logging: false,
  });
  const ask = async (body: object) => {
    const response = await yoga.fetch("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  return { parsed, validated, ask };
}

const named = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

describe("a document of our apps", () => {
  it.each(Object.entries(texts))("%s: is valid and within the limits", (_hash, text) => {
    const yoga = createYoga({ schema, plugins: documentLimits(), logging: false });
    const enveloped = yoga.getEnveloped({} as never);
    expect(enveloped.validate(schema, enveloped.parse(text))).toEqual([]);
  });

  it.each(Object.entries(reveal))(
    "of the reveal app is stored with its SHA-256: %s",
    (_name, { query, hash }) => {
      expect(hash).toBe(createHash("sha256").update(query).digest("hex"));
      expect(texts).toMatchObject({ [hash]: query });
    },
  );

  it.each([
    ["with its text", { query: QUERY }],
    ["alone", {}],
  ])("is neither parsed nor validated when its hash is sent %s", async (_how, rest) => {
    const { ask, parsed, validated } = server({ [HASH]: QUERY });
    expect(await ask({ ...rest, ...named(HASH) })).toEqual({ data: { __typename: "Query" } });
    expect(parsed).toEqual([]);
    expect(validated).toEqual([]);
  });

  it("takes variables and the name of an operation as any other", async () => {
    const text = "query A($skip: Boolean!) { __typename @skip(if: $skip) } query B { __typename }";
    const { ask } = server({ [HASH]: text });
    const body = { ...named(HASH), variables: { skip: true }, operationName: "A" };
    expect(await ask(body)).toEqual({ data: {} });
  });
});

describe("during a rolling upgrade", () => {
  it("a server that does not know the hash runs the text sent with it", async () => {
    const { ask, parsed } = server({});
    expect(await ask({ query: QUERY, ...named(HASH) })).toEqual({ data: { __typename: "Query" } });
    expect(parsed).toEqual([QUERY]);
  });

  it("a server that knows the hash runs an older app's text, which comes without one", async () => {
    const { ask, parsed } = server({ [HASH]: QUERY });
    expect(await ask({ query: QUERY })).toEqual({ data: { __typename: "Query" } });
    expect(parsed).toEqual([QUERY]);
  });
});

describe("any other document", () => {
  it.each([
    ["with a value in it", { query: 'query { project(id: "correct-horse") { __typename } }' }],
    ["with a hash that is unknown", { query: "{ __typename }", ...named("0".repeat(64)) }],
    ["with a property of every object as its hash", { query: "{ __typename }", ...named("constructor") }],
    ["with extensions that are no object", { query: "{ __typename }", extensions: { persistedQuery: "x" } }],
  ])("is parsed and validated each time: %s", async (_what, body) => {
    const { ask, parsed, validated } = server({ [HASH]: QUERY });
    for (let time = 0; time < 2; time++) await ask(body);
    expect(parsed).toEqual([body.query, body.query]);
    expect(validated).toHaveLength(2);
  });

  it("is refused when it is only an unknown hash", async () => {
    const { ask, parsed } = server({ [HASH]: QUERY });
    expect(await ask(named("0".repeat(64)))).toMatchObject({ errors: [{}] });
    expect(parsed).toEqual([]);
  });
});
