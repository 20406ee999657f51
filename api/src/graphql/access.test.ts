import { type ExecutionResult, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accessPolicy } from "./access.ts";

interface Visitor {
  apiKey?: object;
  viewer?: object;
}

/** What the policy stops a request with, before anything of it is resolved; nothing when it lets it go on. */
async function stopsOf(
  source: string,
  { apiKey, viewer }: Visitor = {},
  by: "onExecute" | "onSubscribe" = "onExecute",
) {
  const stops: ExecutionResult[] = [];
  const payload = {
    args: {
      document: parse(source),
      contextValue: { apiKey: apiKey ?? null, viewer: async () => viewer ?? null },
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
    expect(await stopsOf("subscription { ttlSecretChanged }", {}, "onSubscribe")).toEqual(REFUSAL);
  });
});

describe("whoever has a session or an API key", () => {
  it.each([{ viewer: {} }, { apiKey: {} }])(
    "may ask for whatever the resolvers let them have: %o",
    async (visitor) => {
      const long = "{ viewer projects { id } }".padEnd(3000);
      expect(await stopsOf(long, visitor)).toEqual([]);
      expect(await stopsOf("subscription { ttlSecretChanged }", visitor, "onSubscribe")).toEqual([]);
    },
  );
});
