import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
