import type { DocumentNode } from "graphql";
import { createYoga } from "graphql-yoga";
import { describe, expect, it } from "vitest";
import { documentLimits } from "./limits.ts";
import { schema } from "./schema.ts";
import texts from "./trusted-documents.json" with { type: "json" };
import { trustedDocuments } from "./trusted-documents.ts";

/** Parses and validates through the plugins, as a request does. */
function pipeline() {
  const kept = new Map<string, DocumentNode>();
  const yoga = createYoga({ schema, plugins: [trustedDocuments(kept), ...documentLimits()], logging: false });
  const check = (text: string) => {
    const { parse, validate } = yoga.getEnveloped({} as never);
    const document: DocumentNode = parse(text);
    return { document, errors: validate(schema, document) as readonly unknown[] };
  };
  return { kept, check };
}

describe("documents of our own apps", () => {
  it.each(texts)("%s: is valid, within the limits, and parsed once", (text) => {
    const { check, kept } = pipeline();
    const first = check(text);
    expect(first.errors).toEqual([]);
    const second = check(text);
    expect(second.document).toBe(first.document);
    expect(second.errors).toEqual([]);
    expect([...kept.keys()]).toEqual([text]);
  });
});

describe("of no other document anything is kept", () => {
  const [known = ""] = texts;
  it.each([
    ["one with a value in it", 'mutation { revokeTtlSecret(id: "correct-horse") { id } }'],
    ["a known one with a space more", `${known} `],
    ["a known one with something more", `${known} query CorrectHorse { viewer { id } }`],
    ["one that can't be parsed", "{ correctHorse("],
    ["one that is not valid", "{ correctHorse }"],
  ])("%s", (_what, text) => {
    const { check, kept } = pipeline();
    check(known);
    const before = [...kept];
    for (let time = 0; time < 2; time++) {
      try {
        check(text);
      } catch {
        // Not a document at all.
      }
    }
    expect([...kept]).toEqual(before);
  });

  it("each is validated each time", () => {
    const { check } = pipeline();
    check(known);
    expect(check("{ nobody }").errors).toHaveLength(1);
    expect(check("{ nobody }").errors).toHaveLength(1);
  });
});
