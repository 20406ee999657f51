import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { requestedFields, rootFields } from "./root-fields.ts";

const namesIn = (source: string, operationName?: string) =>
  requestedFields({ document: parse(source), operationName } as Parameters<
    typeof requestedFields
  >[0])?.fields.map(({ name }) => name.value);

describe("an operation's root fields", () => {
  it.each([
    ["by name, not by alias", "{ a: viewer b: viewer projects { id } }", ["viewer", "viewer", "projects"]],
    [
      "inside inline fragments",
      "{ ... on Query { viewer ... { projects { id } } } }",
      ["viewer", "projects"],
    ],
    ["inside fragments", "{ ...F } fragment F on Query { ...G } fragment G on Query { viewer }", ["viewer"]],
    [
      "as often as they are written",
      "{ ...F ...F viewer } fragment F on Query { viewer projects { id } }",
      ["viewer", "projects", "viewer", "projects", "viewer"],
    ],
    ["without a fragment that does not exist", "{ viewer ...F }", ["viewer"]],
    [
      "once each in cyclic fragments",
      "{ ...F } fragment F on Query { viewer ...G } fragment G on Query { projects { id } ...F }",
      ["viewer", "projects"],
    ],
  ])("are counted %s", (_how, source, names) => {
    expect(namesIn(source)).toEqual(names);
  });

  it("are those of the operation to execute; a document without it has none", () => {
    const source = "query A { viewer { id } } mutation B { revealTtlSecret { id } }";
    expect(namesIn(source, "A")).toEqual(["viewer"]);
    expect(namesIn(source, "B")).toEqual(["revealTtlSecret"]);
    expect(namesIn(source, "C")).toBeUndefined();
    expect(namesIn(source)).toBeUndefined();
  });

  it("are collected once per document", () => {
    const document = parse("{ viewer { id } }");
    expect(rootFields(document)).toBe(rootFields(document));
  });

  it("belong to operations only, and a fragment's name is not taken by an operation", () => {
    const document = parse("{ ...F } fragment F on Query { viewer { id } } query F { projects { id } }");
    const [first, , second] = document.definitions;
    expect([...rootFields(document).keys()]).toEqual([first, second]);
    expect(requestedFields({ document, operationName: "F" })?.fields).toHaveLength(1);
    const names = [...rootFields(document).values()].map((fields) => fields.map(({ name }) => name.value));
    expect(names).toEqual([["viewer"], ["projects"]]);
  });
});
