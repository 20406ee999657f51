import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accessPolicy } from "./access.ts";

/** The code with which the policy refuses a document before it is validated; none when it allows it. */
function refusalOf(source: string, { isStranger = true, operationName = "" } = {}) {
  const policy = accessPolicy();
  const codes: unknown[] = [];
  const note = (error: unknown) =>
    codes.push((error as { originalError: { code: string } }).originalError.code);
  const context = { isStranger, params: { ...(operationName && { operationName }) } };
  try {
    // biome-ignore lint/suspicious/noExplicitAny: the policy reads only these
    policy.onParse?.({ context, params: { source } } as any);
  } catch (error) {
    note(error);
    return codes;
  }
  const setResult = (errors: unknown[]) => errors.forEach(note);
  const params = { documentAST: parse(source) };
  // biome-ignore lint/suspicious/noExplicitAny: the policy reads only these
  policy.onValidate?.({ context, params, setResult } as any);
  return codes;
}

const REFUSED = ["UNAUTHENTICATED"];

describe("a request without a credential", () => {
  it.each(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"])(
    "may select %s and no other field with it",
    (field) => {
      expect(refusalOf(`{ ${field} }`)).toEqual([]);
      expect(refusalOf(`{ ${field} projects { id } }`)).toEqual(REFUSED);
      expect(refusalOf(`{ a: ${field} b: ${field} }`)).toEqual(REFUSED);
    },
  );

  it.each([
    "{ projects { id } }",
    "{ __schema { types { name } } }",
    "{ a: __typename }",
    "{ ...F }",
    "fragment F on Query { viewer }",
    "subscription { ttlSecretChanged }",
  ])("is refused: %s", (source) => {
    expect(refusalOf(source)).toEqual(REFUSED);
  });

  it("is judged by the operation that it names", () => {
    const source = "query A { viewer } query B { projects { id } }";
    expect(refusalOf(source, { operationName: "A" })).toEqual([]);
    expect(refusalOf(source, { operationName: "B" })).toEqual(REFUSED);
  });

  it("may send a document of up to 2,000 characters", () => {
    expect(refusalOf("{ viewer }".padEnd(2000))).toEqual([]);
    expect(refusalOf("{ viewer }".padEnd(2001))).toEqual(REFUSED);
  });

  it("may send a document of up to 200 tokens", () => {
    const viewer = (fields: number) => `{ viewer { ${"a ".repeat(fields)}} }`;
    expect(refusalOf(viewer(195))).toEqual([]);
    expect(refusalOf(viewer(196))).toEqual(REFUSED);
  });
});

describe("a request with a session or an API key", () => {
  it("passes the policy with any document", () => {
    const long = "{ viewer projects { id } }".padEnd(3000);
    expect(refusalOf(long, { isStranger: false })).toEqual([]);
    expect(refusalOf("subscription { ttlSecretChanged }", { isStranger: false })).toEqual([]);
  });
});
