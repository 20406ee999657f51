/** The public contract: every element has a description, and no change breaks a client of the last release. */
import { readFileSync } from "node:fs";
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
} from "graphql";
import { describe, expect, it } from "vitest";
import { schema } from "./schema.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

interface Named {
  description?: string | null | undefined;
}

/** Coordinate and description of every schema element that can have one. */
function describable(of: GraphQLSchema): [coordinate: string, description: string][] {
  const found: [string, Named][] = [];
  for (const type of Object.values(of.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    found.push([type.name, type]);
    if (isEnumType(type)) {
      for (const value of type.getValues()) found.push([`${type.name}.${value.name}`, value]);
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) found.push([`${type.name}.${field.name}`, field]);
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        found.push([`${type.name}.${field.name}`, field]);
        for (const arg of field.args) found.push([`${type.name}.${field.name}(${arg.name}:)`, arg]);
      }
    }
  }
  return found.map(([coordinate, { description }]) => [coordinate, description?.trim() ?? ""]);
}

describe("descriptions", () => {
  it("are sentences on every type, field, argument, enum value and input field", () => {
    const all = describable(schema);
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(([, text]) => text === "").map(([coordinate]) => coordinate)).toEqual([]);
    expect(all.filter(([, text]) => !/[.”]$/.test(text)).map(([coordinate]) => coordinate)).toEqual([]);
  });

  it("that are missing are reported", () => {
    const bare = buildSchema("type Query { a(b: I): E } input I { c: Int } enum E { D }");
    expect(describable(bare)).toEqual(
      ["Query", "Query.a", "Query.a(b:)", "I", "I.c", "E", "E.D"].map((coordinate) => [coordinate, ""]),
    );
  });
});

/**
 * `schema.released.graphql` is the schema of the last release, copied from `schema.graphql` at each release. A file instead
 * of a git tag, so that the check also works in a shallow clone or an archive.
 */
describe("compatibility with the last release", () => {
  const released = buildSchema(read("schema.released.graphql"));

  it("no change breaks a client of the last release", () => {
    expect(findBreakingChanges(released, schema).map(({ description }) => description)).toEqual([]);
  });

  it.each([
    ["a field is removed", /\bcreateTtlSecret\([^)]*\): \w+!/, "", "FIELD_REMOVED"],
    ["a type is removed", /\bVault\b/g, "Tenant", "TYPE_REMOVED"],
    ["a field becomes nullable", /expiresAt: DateTime!/g, "expiresAt: DateTime", "FIELD_CHANGED_KIND"],
    ["an argument becomes required", /first: Int = 50/g, "first: Int!", "ARG_CHANGED_KIND"],
    ["an enum loses a value", "\n  ALPHANUMERIC", "", "VALUE_REMOVED_FROM_ENUM"],
    ["a union loses a type", "TtlSecretDestroyed | ", "", "TYPE_REMOVED_FROM_UNION"],
    ["an input gets a required field", /(input \w+) \{/g, "$1 { x: Int!", "REQUIRED_INPUT_FIELD_ADDED"],
  ])("fails if %s", (_what, from, to, kind) => {
    const bare = printSchema(schema)
      .replaceAll(/^ *"""[\s\S]*?"""\n/gm, "")
      .replaceAll(" @oneOf", "");
    const broken = bare.replace(from, to);
    expect(broken).not.toBe(bare);
    expect(findBreakingChanges(released, buildSchema(bare))).toEqual([]);
    expect(findBreakingChanges(released, buildSchema(broken)).map(({ type }) => type)).toContain(kind);
  });
});
