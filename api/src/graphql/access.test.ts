import { type ExecutionResult, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accessPolicy } from "./access.ts";

interface Visitor {
  apiKey?: object;
  viewer?: object;
}

/** The code that the policy stops a request with, before anything of it is resolved; undefined when it lets it go on. */
async function stops(
  source: string,
  { apiKey, viewer }: Visitor = {},
  by: "onExecute" | "onSubscribe" = "onExecute",
) {
  let stoppedWith: ExecutionResult | undefined;
  const payload = {
    args: {
      document: parse(source),
      contextValue: { apiKey: apiKey ?? null, viewer: async () => viewer ?? null },
    },
    setResultAndStopExecution: (result: ExecutionResult) => {
      stoppedWith = result;
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: of all that a hook is given, these two
  await accessPolicy()[by]?.(payload as any);
  return stoppedWith?.errors?.map(({ message, originalError }) => [message, originalError]);
}

const REFUSAL = [["Sign in first.", expect.objectContaining({ code: "UNAUTHENTICATED" })]];

describe("a stranger", () => {
  it.each(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"])(
    "may ask for %s, and for nothing else beside it",
    async (field) => {
      expect(await stops(`{ ${field} }`)).toBeUndefined();
      expect(await stops(`{ ${field} projects { id } }`)).toEqual(REFUSAL);
      expect(await stops(`{ a: ${field} b: ${field} }`)).toEqual(REFUSAL);
    },
  );

  it.each(["{ projects { id } }", "{ __schema { types { name } } }", "{ a: __typename }", "{ ...F }"])(
    "may not ask: %s",
    async (source) => {
      expect(await stops(source)).toEqual(REFUSAL);
    },
  );

  it("may send a document of 2,000 characters, and no longer one", async () => {
    expect(await stops("{ viewer }".padEnd(2000))).toBeUndefined();
    expect(await stops("{ viewer }".padEnd(2001))).toEqual(REFUSAL);
  });

  it("may follow nothing", async () => {
    expect(await stops("subscription { ttlSecretChanged }", {}, "onSubscribe")).toEqual(REFUSAL);
  });
});

describe("whoever has a session or an API key", () => {
  it.each([{ viewer: {} }, { apiKey: {} }])(
    "may ask for whatever the resolvers let them have: %o",
    async (visitor) => {
      const long = "{ viewer projects { id } }".padEnd(3000);
      expect(await stops(long, visitor)).toBeUndefined();
      expect(await stops("subscription { ttlSecretChanged }", visitor, "onSubscribe")).toBeUndefined();
    },
  );
});
