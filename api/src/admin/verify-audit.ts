import { readFile } from "node:fs/promises";
import { isVaultId } from "../accounts/member-store.ts";
import { type Anchor, type ChainProblem, type ChainReport, verifyChains } from "../audit/verify-chain.ts";
import type { Installation } from "./installation.ts";
import { CommandError, counted, type Result } from "./result.ts";

/**
 * Verifies the chains of audit events. The JSON report serves as anchors: kept outside the database, it shows later
 * whether a whole chain was rewritten.
 *
 * @throws CommandError for a malformed vault id or anchors file.
 */
export async function verifyAudit(
  { db }: Pick<Installation, "db">,
  { vault, anchors: file }: { vault?: string; anchors?: string },
): Promise<Result> {
  if (vault !== undefined && !isVaultId(vault)) throw new CommandError("A vault's id looks like vault_….");
  const anchors = file === undefined ? [] : await readAnchors(file);
  const reports: ChainReport[] = [];
  for await (const report of verifyChains(db, { vaultId: vault, anchors })) reports.push(report);
  const bad = reports.filter(({ problems }) => problems.length > 0);
  const lines = reports.flatMap(({ vaultId, length, head, removed, problems }) => [
    `${vaultId}  ${counted(length, "event")}  head ${head}  ${problems.length === 0 ? "ok" : "NOT OK"}`,
    ...(removed > 0
      ? [`  the first ${counted(removed, "event")} were removed past their retention (AUDIT_RETENTION_DAYS)`]
      : []),
    ...problems.map((problem) => `  - ${describe(problem)}`),
  ]);
  lines.push(
    bad.length === 0
      ? `${counted(reports.length, "chain")} verified: no event was edited, removed, inserted or moved.`
      : `${counted(bad.length, "chain")} of ${reports.length} broken. Compare with a backup. Only the owner of the tables can do this.`,
    "Keep this output (--json) outside the database: passed to --anchors later, it also reveals a chain that was rewritten as a whole.",
  );
  return { lines, json: { ok: bad.length === 0, vaults: reports }, hasProblems: bad.length > 0 };
}

function describe(problem: ChainProblem): string {
  switch (problem.kind) {
    case "changed":
      return `event ${problem.seq} does not follow from the one before it: one of the two was edited or moved`;
    case "missing":
      return problem.from === problem.to
        ? `event ${problem.from} is missing`
        : `events ${problem.from} to ${problem.to} are missing`;
    case "added":
      return `${counted(problem.count, "event")} are outside the chain: inserted without the triggers, or the chain's end was moved back`;
    case "end":
      return "the chain's end is not the hash of its last event: later events were removed, or the end was edited";
    case "anchor":
      return `event ${problem.seq} is not the anchored one: the chain was rewritten or truncated`;
  }
}

async function readAnchors(file: string): Promise<Anchor[]> {
  try {
    const { vaults } = JSON.parse(await readFile(file, "utf8")) as { vaults: unknown };
    if (Array.isArray(vaults) && vaults.every(isAnchor)) return vaults;
  } catch {
    // Reported below.
  }
  throw new CommandError("The anchors' file must be what verify-audit --json printed before.");
}

function isAnchor(value: unknown): value is Anchor {
  const { vaultId, length, head } = (value ?? {}) as Record<keyof Anchor, unknown>;
  return typeof vaultId === "string" && Number.isSafeInteger(length) && /^[0-9a-f]{64}$/.test(String(head));
}
