import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createProject, createSender } from "../../test/factories.ts";
import { inScope, requireOwnProject } from "./ownership.ts";

const db = useDatabase();

const NOT_FOUND = {
  code: "NOT_FOUND",
  message: "There is no such project. It may have been deleted.",
};

it("accepts a project of the vault, and for an API key limited to some projects only these", async () => {
  const app = createTestApp(db.current);
  const [mine, theirs] = [await createSender(app), await createSender(app)];
  const second = await createProject(app, mine);
  const { vaultId, projectId } = mine;
  const attempt = (projectIds: string[] | null, wanted: string) =>
    requireOwnProject(db.current.orm, { vaultId, projectIds }, wanted);
  for (const projectIds of [null, [projectId], [second, projectId]]) await attempt(projectIds, projectId);
  // Not in the list; unknown; another vault's, in the list or not; not a UUID.
  const refused: [string[] | null, string][] = [
    [[second], projectId],
    [[], projectId],
    [null, randomUUID()],
    [null, theirs.projectId],
    [[theirs.projectId], theirs.projectId],
    [null, "not-an-id"],
    [["not-an-id"], "not-an-id"],
  ];
  for (const [projectIds, wanted] of refused) {
    await expect(attempt(projectIds, wanted)).rejects.toMatchObject(NOT_FOUND);
  }
});

it("an id that is no UUID is in no scope", () => {
  const scope = { vaultId: "vault_1", projectIds: null };
  expect(inScope(scope, randomUUID())).toBe(true);
  expect(inScope(scope, "not-an-id")).toBe(false);
});
