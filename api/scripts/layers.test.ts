import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brokenRules, LAYERS, rules } from "./layers.ts";

const root = mkdtempSync(join(tmpdir(), "layers-"));
afterAll(() => rmSync(root, { recursive: true }));

/** `a/{b,c}` becomes a/b and a/c. */
const expand = (of: string) =>
  (/\{(.+)\}/.exec(of)?.[1]?.split(",") ?? [""]).map((name) => of.replace(/\{.+\}/, name));

/** A file of a layer: the layer itself if it is one file, otherwise an example in its folder. */
const fileOf = (layer: string) =>
  existsSync(join(import.meta.dirname, "../..", `${layer}.ts`)) ? `${layer}.ts` : `${layer}/example.ts`;

const layers = LAYERS.flatMap(([of, may]) =>
  expand(of).map((layer) => ({ layer, file: fileOf(layer), may: may.split(" ") })),
);
const files = layers.map(({ file }) => file).filter((file) => !file.startsWith("drizzle"));

/** Imports that break a rule of `OWNERS` or a general rule, with part of the message. */
const BROKEN: [from: string, to: string, rule: string][] = [
  ["api/src/secrets/graphql.ts", "graphql", "Only api/src/graphql knows GraphQL."],
  ["api/src/http/pothos.ts", "@pothos/core", "Only api/src/graphql knows GraphQL."],
  ["api/src/http/better-auth.ts", "better-auth/api", "Only api/src/accounts knows better-auth."],
  ["api/src/secrets/sql.ts", "drizzle-orm", "Only stores speak SQL."],
  ["api/src/graphql/types/schema.ts", "drizzle/schema.ts", "Only stores speak SQL."],
  ["api/src/secrets/migrate.ts", "drizzle/migrate.ts", "Only start and the command line migrate"],
  ["api/src/graphql/types/store.ts", "api/src/audit/example-store.ts", "call use cases, which call stores"],
  ["reveal/src/react.ts", "react", "The reveal app stands alone"],
  ["reveal/src/api.ts", "api/src/crypto/example.ts", "The reveal app stands alone"],
  [
    "dashboard/src/app/api.ts",
    "api/src/shared/example.ts",
    "The dashboard knows the API only by its schema.",
  ],
  ["api/src/surprise/new.ts", "api/src/shared/example.ts", "Each folder has a row in api/scripts/layers.ts"],
  ["api/src/audit/a.ts", "api/src/audit/b.ts", "Files do not import each other"],
];

/** Similar imports that break no rule. */
const FINE: [from: string, to: string][] = [
  ["api/src/graphql/types/graphql.ts", "graphql"],
  ["api/src/accounts/better-auth.ts", "better-auth/api"],
  ["api/src/secrets/sql-store.ts", "drizzle-orm"],
  ["api/src/secrets/schema-store.ts", "drizzle/schema.ts"],
  ["api/src/admin/doctor/migrate.ts", "drizzle/migrate.ts"],
  ["api/src/audit/use-case.ts", "api/src/audit/example-store.ts"],
  ["api/src/crypto/everything.test.ts", "api/src/graphql/example.ts"],
  ["dashboard/src/audit/everything.test.tsx", "dashboard/src/app/example.tsx"],
];

const source = new Map<string, string>();

function addImport(from: string, to: string): void {
  const isPath = /^(api|dashboard|drizzle|reveal)\//.test(to);
  const path = relative(dirname(from), to);
  const specifier = !isPath ? to : path.startsWith(".") ? path : `./${path}`;
  source.set(from, `${source.get(from) ?? ""}import ${JSON.stringify(specifier)};\n`);
  if (isPath && !source.has(to)) source.set(to, "");
}

let broken: string[];

beforeAll(async () => {
  for (const { file } of layers) for (const other of files) if (other !== file) addImport(file, other);
  for (const [from, to] of [...BROKEN, ...FINE]) addImport(from, to);
  addImport("api/src/audit/b.ts", "api/src/audit/a.ts");
  addImport("reveal/src/own.ts", "reveal/src/text/own.ts");
  addImport("dashboard/src/audit/dialog.tsx", "dashboard/src/projects/dialog.tsx");
  addImport("api/src/crypto/type-only.ts", "api/src/db/example.ts");
  source.set("api/src/crypto/type-only.ts", 'import type { Database } from "../db/example.ts";\n');
  for (const [path, text] of source) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  broken = await brokenRules(root);
}, 60_000);

describe("the layer rules", () => {
  it.each(layers)("allow $layer to import only what its row names", ({ file, may }) => {
    const app = file.split("/")[0];
    const allowed = files.filter((other) => may.some((name) => other === fileOf(`${app}/src/${name}`)));
    const denied = files.filter((other) => other !== file && !allowed.includes(other));
    const reported = broken
      .filter((line) => line.startsWith(`${file} imports `) && line.includes("may import "))
      .map((line) => line.split(/ imports |\n/)[1]);
    expect(new Set(reported)).toEqual(new Set(denied));
  });

  it.each(BROKEN)("reject the import in %s of %s", (from, to, rule) => {
    expect(broken.filter((line) => line.startsWith(`${from} imports ${to}\n`)).join("\n")).toContain(rule);
  });

  it.each(FINE)("allow %s to import %s", (from) => {
    expect(broken.filter((line) => line.startsWith(`${from} `))).toEqual([]);
  });

  it.each(["api/src/crypto/type-only.ts", "dashboard/src/audit/dialog.tsx"])(
    "find the import in %s",
    (from) => {
      expect(broken.filter((line) => line.startsWith(`${from} `))).toHaveLength(1);
    },
  );

  it("can each fail", () => {
    const failed = new Set(broken.map((text) => text.split("\n  ")[1]?.trim()));
    expect(rules.filter(({ name }) => !failed.has(name))).toEqual([]);
  });

  it("name the file, the import, the rule and the reason", () => {
    expect(broken).toContain(
      "api/src/crypto/example.ts imports api/src/db/example.ts\n" +
        "  api/src/crypto may import nothing else of ours. A leaf: cryptography knows nothing of the product.\n",
    );
  });
});
