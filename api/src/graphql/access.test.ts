import { type ExecutionResult, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accessPolicy } from "./access.ts";

/** The results with which the policy stops a request before any resolver runs; none when it allows it. */
async function stopsOf(
  source: string,
  principal: object | null = null,
  by: "onExecute" | "onSubscribe" = "onExecute",
) {
  const stops: ExecutionResult[] = [];
  const payload = {
    args: {
      document: parse(source),
      contextValue: { principal: async () => principal },
    },
    setResultAndStopExecution: (result: ExecutionResult) => stops.push(result),
  };
  // biome-ignore lint/suspicious/noExplicitAny: the policy reads only these two
  await accessPolicy()[by]?.(payload as any);
  return stops.map(({ errors }) => errors?.map(({ message, originalError }) => [message, originalError]));
}

const REFUSAL = [[["Sign in first.", expect.objectContaining({ code: "UNAUTHENTICATED" })]]];

describe("a request without a credential", () => {
  it.each(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"])(
    "may select %s and no other field with it",
    async (field) => {
      expect(await stopsOf(`{ ${field} }`)).toEqual([]);
      expect(await stopsOf(`{ ${field} projects { id } }`)).toEqual(REFUSAL);
      expect(await stopsOf(`{ a: ${field} b: ${field} }`)).toEqual(REFUSAL);
    },
  );

  it.each([
    "{ projects { id } }",
    "{ __schema { types { name } } }",
    "{ a: __typename }",
    "{ ...F }",
    "fragment F on Query { viewer }",
  ])("is refused: %s", async (source) => {
    expect(await stopsOf(source)).toEqual(REFUSAL);
  });

  it("may send a document of up to 2,000 characters", async () => {
    expect(await stopsOf("{ viewer }".padEnd(2000))).toEqual([]);
    expect(await stopsOf("{ viewer }".padEnd(2001))).toEqual(REFUSAL);
  });

  it("may not subscribe", async () => {
    expect(await stopsOf("subscription { ttlSecretChanged }", null, "onSubscribe")).toEqual(REFUSAL);
  });
});

describe("a request with a session or an API key", () => {
  it.each([{ kind: "member" }, { kind: "api-key" }])(
    "passes the policy with any document: %o",
    async (principal) => {
      const long = "{ viewer projects { id } }".padEnd(3000);
      expect(await stopsOf(long, principal)).toEqual([]);
      expect(await stopsOf("subscription { ttlSecretChanged }", principal, "onSubscribe")).toEqual([]);
    },
  );
});
