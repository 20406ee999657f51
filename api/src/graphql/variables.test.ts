import { type ExecutionResult, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { checkVariables } from "./variables.ts";

/** The results with which the check stops a request; none when it allows the variables. */
function stopsOf(query: string, variableValues: object | undefined, operationName?: string) {
  const stops: ExecutionResult[] = [];
  const payload = {
    args: { document: parse(query), variableValues, operationName },
    setResultAndStopExecution: (result: ExecutionResult) => stops.push(result),
  };
  const { onExecute, onSubscribe } = checkVariables();
  for (const hook of [onExecute, onSubscribe]) {
    // biome-ignore lint/suspicious/noExplicitAny: the check reads only these two
    void hook?.(payload as any);
  }
  return stops.map(({ errors }) => errors?.map(({ originalError }) => originalError));
}

const REVEAL = "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";
const ATTEMPT = { vaultId: "vault_x", token: "t", passphrase: "p" };

const refusal = (details: object) => [expect.objectContaining({ code: "BAD_USER_INPUT", details })];

describe("variables", () => {
  it.each([
    ["of the right types", REVEAL, { input: ATTEMPT }],
    ["that the operation does not declare", "{ viewer { id } }", { x: { y: 1 } }],
    ["that are missing, which the executor refuses", REVEAL, {}],
    ["that are left out altogether", REVEAL, undefined],
    ["of a type that is no input, which validation refuses", "query ($x: Query) { viewer { id } }", { x: 1 }],
  ])("pass: %s", (_what, query, variables) => {
    expect(stopsOf(query, variables)).toEqual([]);
  });

  it.each([
    ["a field of a wrong type", { ...ATTEMPT, token: 1 }, { field: "token" }],
    ["no object", [ATTEMPT], {}],
    ["null", null, {}],
    ["an unknown field", { ...ATTEMPT, secretWord: 1 }, {}],
    ["an unknown field with a name of Object.prototype", JSON.parse('{"__proto__": {}}'), {}],
  ])("are refused, for queries and streams alike, with one error: %s", (_what, input, details) => {
    expect(stopsOf(REVEAL, { input })).toEqual([refusal(details), refusal(details)]);
  });

  it("of another operation of the document are not looked at", () => {
    const both = `${REVEAL.replace("mutation", "mutation A")} query B { viewer { id } }`;
    expect(stopsOf(both, { input: 1 }, "B")).toEqual([]);
    expect(stopsOf(both, { input: 1 }, "A")).toHaveLength(2);
  });

  it("name no field whose path is not one of ours", () => {
    const query =
      "mutation ($input: [RevealTtlSecretInput!]!) { revealTtlSecret(input: $input) { __typename } }";
    expect(stopsOf(query, { input: [{ ...ATTEMPT, token: 1 }] })).toEqual([refusal({}), refusal({})]);
  });

  it("with a thousand unknown fields are read up to the first of them, and not printed", () => {
    let reads = 0;
    const unknown = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, i]));
    const input = new Proxy(
      { ...ATTEMPT, ...unknown },
      {
        get(target, key) {
          reads++;
          return Reflect.get(target, key);
        },
      },
    );
    expect(stopsOf(REVEAL, { input })).toHaveLength(2);
    // The declared fields, by both hooks.
    expect(reads).toBeLessThanOrEqual(2 * Object.keys(ATTEMPT).length);
  });
});
