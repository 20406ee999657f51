import type { Installation } from "./installation.ts";
import { counted, type Result } from "./result.ts";
import { listVaults as read } from "./vault-store.ts";

/** Lists every vault with its members and counts of its contents. */
export async function listVaults({ db }: Pick<Installation, "db">): Promise<Result> {
  const vaults = await read(db);
  const lines = vaults.flatMap(({ id, name, members, projects, pendingSecrets, auditEvents }) => [
    `${id}  ${JSON.stringify(name)}  ${counted(projects, "project")}, ${counted(pendingSecrets, "pending secret")}, ${counted(auditEvents, "audit event")}`,
    ...members.map(({ email, role, disabled }) => `  ${role}  ${email}${disabled ? "  (disabled)" : ""}`),
  ]);
  return { lines: lines.length > 0 ? lines : ["There is no vault yet."], json: { vaults } };
}
