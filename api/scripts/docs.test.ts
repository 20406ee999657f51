/** The documentation refers only to existing files, headings and scripts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const markdownIn = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
    .map((name) => join(folder, name));

const DOCUMENTS = ["README.md", ...markdownIn(".github"), ...markdownIn("api"), "e2e/bench/README.md"];

const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Built by `pnpm build`; absent from a fresh clone. */
const isBuilt = (path: string) => /(^|\/)dist(\/|$)/.test(path);

/** GitHub's anchors for the headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

describe.each(DOCUMENTS)("%s", (document) => {
  const text = textOf(document);

  it("names only existing repository paths", () => {
    const named =
      text.match(/(?<![\w./{-])(api|dashboard|drizzle|e2e|reveal|\.github|\.ci)\/[\w./-]*\w/g) ?? [];
    const missing = named.filter((path) => !isBuilt(path) && !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it("links only to existing files and headings", () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = links.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? document : relative(ROOT, join(ROOT, dirname(document), file));
      if (!existsSync(join(ROOT, path))) return true;
      return anchor !== undefined && !anchorsOf(textOf(path)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

it.each([...DOCUMENTS, "api/ops/Dockerfile", "api/ops/ttl-secrets.service"])(
  "%s names only existing pnpm scripts",
  (path) => {
    const { scripts } = JSON.parse(textOf("package.json"));
    const named = [...textOf(path).matchAll(/(?:^|[`)] ?|&& |-y |npx )pnpm(?:@12)? ([a-z][\w:-]*)/gm)];
    const missing = named
      .map(([, name = ""]) => name)
      .filter((name) => !["install", "exec", "deploy"].includes(name) && !(name in scripts));
    expect(missing).toEqual([]);
  },
);

it("the README is at most 12 kB", () => {
  expect(Buffer.byteLength(textOf("README.md"))).toBeLessThanOrEqual(12_000);
});
