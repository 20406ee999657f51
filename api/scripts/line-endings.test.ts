/** Git must not convert line endings: shell scripts, the word list and the sealed migrations are used as they are. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Allows a repository of another user, as in a container, which Git refuses by default. */
const git = (...parameters: string[]) =>
  execFileSync("git", ["-c", "safe.directory=*", ...parameters], { encoding: "utf8", stdio: "pipe" });

/** False in an archive of the source. */
const isClone = existsSync(join(ROOT, ".git"));

it.runIf(isClone)(
  "a clone with core.autocrlf=true has no line that ends in CRLF",
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-clone-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    git("clone", "--quiet", "--shared", "-c", "core.autocrlf=true", ROOT, folder);
    const files = git("-C", folder, "ls-files", "--eol").trimEnd().split("\n");
    expect(files.length).toBeGreaterThan(500);
    expect(files.filter((file) => /\bw\/(crlf|mixed)\b/.test(file))).toEqual([]);
  },
);
