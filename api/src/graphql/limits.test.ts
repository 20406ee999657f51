import { getIntrospectionQuery, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { documentLimits } from "./limits.ts";

/** Messages with which the limits refuse a document before it is validated. */
function refusalsOf(source: string): string[] {
  const messages: string[] = [];
  const [before] = documentLimits();
  before.onValidate?.({
    params: { documentAST: parse(source) },
    setResult: (errors: Error[]) => messages.push(...errors.map(({ message }) => message)),
    setValidationFn: () => {},
    // biome-ignore lint/suspicious/noExplicitAny: the limits read only these
  } as any);
  return messages;
}

const times = (n: number, text: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => text(i)).join(" ");

const REPEATS = ["Select each field once: a document may repeat 10 fields."];
const FRAGMENTS = ["Use fewer fragments: at most 20 in a document."];

describe("before it is validated, a document", () => {
  it.each<[string, (n: number) => string]>([
    ["of the same field", (n) => `{ viewer { ${times(n + 1, () => "id")} } }`],
    ["of the same alias", (n) => `{ viewer { ${times(n + 1, () => "a: id")} } }`],
    ["of the same field with selections", (n) => `{ viewer { ${times(n + 1, () => "vault { id }")} } }`],
    ["in inline fragments", (n) => `{ viewer { ${times(n + 1, () => "... { id }")} } }`],
    ["in a fragment", (n) => `{ viewer { ...F } } fragment F on Viewer { ${times(n + 1, () => "id")} }`],
    [
      "in an operation that is not executed",
      (n) => `{ viewer { id } } query B { viewer { ${times(n + 1, () => "id")} } }`,
    ],
    [
      "on several levels",
      (n) => `{ viewer { vault { ${times(n - 4, () => "id")} } ${times(5, () => "vault { id }")} } }`,
    ],
  ])("may have 10 repetitions %s", (_where, document) => {
    expect(refusalsOf(document(10))).toEqual([]);
    expect(refusalsOf(document(11))).toEqual(REPEATS);
  });

  it("may have 20 fragment spreads, also in each other", () => {
    const wide = (n: number) => `{ viewer { ${times(n, (i) => `...F${i}`)} } }`;
    const chain = (n: number) =>
      `{ ...F0 } ${times(n - 1, (i) => `fragment F${i} on Query { ...F${i + 1} }`)}`;
    for (const document of [wide, chain]) {
      expect(refusalsOf(document(20))).toEqual([]);
      expect(refusalsOf(document(21))).toEqual(FRAGMENTS);
    }
  });

  it("may not multiply its root fields by fragments that spread each other", () => {
    const thrice = (n: number) => times(3, () => `...F${n}`);
    const multiplied = (levels: number) =>
      `{ ${thrice(0)} } ${times(levels, (i) => `fragment F${i} on Query { ${thrice(i + 1)} }`)} fragment F${levels} on Query { viewer }`;
    expect(refusalsOf(multiplied(2))).toEqual(["Select fewer root fields: at most 5 in a query."]);
    expect(() => refusalsOf(multiplied(5))).toThrow("the fragments of this document multiply them");
  });

  it.each([
    ["query", 5, "Select fewer root fields: at most 5 in a query."],
    ["mutation", 1, "Select fewer root fields: at most 1 in a mutation."],
    ["subscription", 1, "Select fewer root fields: at most 1 in a subscription."],
  ])("may have few root fields in a %s: %i", (operation, most, message) => {
    const document = (n: number) => `${operation} { ${times(n, (i) => `a${i}: b`)} }`;
    expect(refusalsOf(document(most))).toEqual([]);
    expect(refusalsOf(document(most + 1))).toEqual([message]);
  });

  it("may be GraphiQL's introspection query", () => {
    expect(refusalsOf(getIntrospectionQuery({ inputValueDeprecation: true }))).toEqual([]);
  });
});
