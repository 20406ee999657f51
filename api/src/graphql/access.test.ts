import { type ExecutionResult, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accessPolicy } from "./access.ts";

/** What the policy stops a request with, before anything of it is resolved; nothing when it lets it go on. */
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
  // biome-ignore lint/suspicious/noExplicitAny: of all that a hook is given, these two
  await accessPolicy()[by]?.(payload as any);
  return stops.map(({ errors }) => errors?.map(({ message, originalError }) => [message, originalError]));
}

const REFUSAL = [[["Sign in first.", expect.objectContaining({ code: "UNAUTHENTICATED" })]]];

describe("a stranger", () => {
  it.each(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"])(
    "may ask for %s, and for nothing else beside it",
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
  ])("may not ask: %s", async (source) => {
    expect(await stopsOf(source)).toEqual(REFUSAL);
  });

  it("may send a document of 2,000 characters, and no longer one", async () => {
    expect(await stopsOf("{ viewer }".padEnd(2000))).toEqual([]);
    expect(await stopsOf("{ viewer }".padEnd(2001))).toEqual(REFUSAL);
  });

  it("may follow nothing", async () => {
    expect(await stopsOf("subscription { ttlSecretChanged }", null, "onSubscribe")).toEqual(REFUSAL);
  });
});

describe("whoever has a session or an API key", () => {
  it.each([{ kind: "member" }, { kind: "api-key" }])(
    "may ask for whatever the resolvers let them have: %o",
    async (principal) => {
      const long = "{ viewer projects { id } }".padEnd(3000);
      expect(await stopsOf(long, principal)).toEqual([]);
      expect(await stopsOf("subscription { ttlSecretChanged }", principal, "onSubscribe")).toEqual([]);
    },
  );
});
