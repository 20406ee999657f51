import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { findBeside } from "./installed-modules.ts";

const run = promisify(execFile);

/** Loads what the server loads and prints how often an answer was had, and each that Node itself gives differently. */
const COMPARE = `
  import module from "node:module";
  import { findBeside } from "./installed-modules.ts";
  let answers = 0;
  const wrong = [];
  module.registerHooks({
    resolve(specifier, context, next) {
      const ours = findBeside(specifier, context);
      const nodes = next(specifier, context);
      if (ours) answers += 1;
      if (ours && (ours.url !== nodes.url || ours.format !== nodes.format)) wrong.push({ ours, nodes });
      return nodes;
    },
  });
  await import("../http/app.ts");
  await import("../apps/brand/palette.ts");
  await import("../tracing/open-telemetry.ts");
  console.log(JSON.stringify({ answers, wrong }));
`;

const IMPORT = ["node", "import"];

/** Makes a package of these files and tells what an import in its `index.js` leads to. */
async function findIn(files: Record<string, string>, specifier: string, conditions = IMPORT) {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-modules-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, "node_modules/@scope/it");
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const parentURL = pathToFileURL(join(root, "index.js")).href;
  const found = findBeside(specifier, { parentURL, conditions, importAttributes: {} });
  return found && { path: found.url.slice(pathToFileURL(root).href.length), format: found.format };
}

const MODULES = { "package.json": `{"type":"module"}`, "a.js": "", "b/c.mjs": "" };

it("every module of what the server loads is found where Node finds it, as what Node takes it for", async () => {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", COMPARE], {
    cwd: import.meta.dirname,
  });
  const { answers, wrong } = JSON.parse(stdout);
  expect(wrong).toEqual([]);
  expect(answers).toBeGreaterThan(1_000);
}, 60_000);

it("a file of the same package is found", async () => {
  expect(await findIn(MODULES, "./a.js")).toEqual({ path: "/a.js", format: "module" });
  expect(await findIn(MODULES, "./b/c.mjs")).toEqual({ path: "/b/c.mjs", format: "module" });
});

it("the nearest package.json says what a file is", async () => {
  const files = {
    ...MODULES,
    "cjs/package.json": `{"type":"commonjs"}`,
    "cjs/deep/d.js": "",
    "esm/e.js": "",
  };
  expect(await findIn(files, "./cjs/deep/d.js")).toMatchObject({ format: "commonjs" });
  expect(await findIn(files, "./esm/e.js")).toMatchObject({ format: "module" });
});

it.each([
  ["a file that is not there", "./missing.js"],
  ["a file of another package", "../other/a.js"],
  ["a package", "a.js"],
  ["a folder", "./b"],
  ["an address with a query", "./a.js?x"],
  ["an address in percent-encoding", "./%61.js"],
])("%s is left to Node", async (_what, specifier) => {
  expect(
    await findIn(
      { ...MODULES, "../other/package.json": `{"type":"module"}`, "../other/a.js": "" },
      specifier,
    ),
  ).toBeUndefined();
});

it("what a package requires of its own is found, unless it is a module", async () => {
  const require = ["node", "require"];
  const files = {
    "package.json": "{}",
    "a.js": "",
    "b.mjs": "",
    "esm/package.json": `{"type":"module"}`,
    "esm/c.js": "",
  };
  expect(await findIn(files, "./a.js", require)).toEqual({ path: "/a.js", format: undefined });
  expect(await findIn(files, "./b.mjs", require)).toBeUndefined();
  expect(await findIn(files, "./esm/c.js", require)).toBeUndefined();
  expect(await findIn(files, "./missing.js", require)).toBeUndefined();
});

it("what may be either, going by its package, is left to Node where it is imported", async () => {
  expect(await findIn({ "package.json": "{}", "a.js": "" }, "./a.js")).toBeUndefined();
});
