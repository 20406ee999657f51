import type { Database } from "../db/client.ts";
import { CHAIN_START, chainHash } from "./chain.ts";
import { auditedVaults, chainEnd, chainedEvents, chainStart, eventsBeyondEnd } from "./chain-store.ts";

/** Maximum number of problems reported per vault; one change seldom makes more than two. */
const MAX_PROBLEMS = 100;

/** End of a vault's chain at some time, as reported by `verifyChain` and kept outside the database. */
export interface Anchor {
  vaultId: string;
  length: number;
  /** The hash of the last event, in hexadecimal. */
  head: string;
}

/**
 * A problem of a chain: `changed`, an event or its place is not the one that was hashed after the event before it;
 * `missing`, events `from` to `to` are gone; `added`, events are outside the chain; `end`, the stored end is not the hash
 * of the last event; `anchor`, the chain is not the one that the anchor was taken from.
 */
export type ChainProblem =
  | { kind: "changed" | "anchor"; seq: number }
  | { kind: "missing"; from: number; to: number }
  | { kind: "added"; count: number }
  | { kind: "end" };

/** Result of verifying a vault's chain. `length` and `head` are its end: a new anchor. */
export interface ChainReport extends Anchor {
  /** Number of events deleted from the start of the chain past their retention. */
  removed: number;
  problems: ChainProblem[];
}

/**
 * Verifies a vault's chain: finds audit events that were edited, removed, inserted or moved by someone who bypassed the
 * database's triggers. Only reads, in batches; events may be added meanwhile.
 *
 * The chain alone can't show that it was rewritten as a whole, with every hash after the change and the stored end. The
 * `anchors` can: they are earlier ends of the chain, kept elsewhere.
 *
 * @throws the driver's error if the database is unreachable.
 */
export async function verifyChain(
  db: Pick<Database, "sql">,
  { vaultId, anchors = [] }: { vaultId: string; anchors?: readonly Anchor[] },
): Promise<ChainReport> {
  const start = await chainStart(db, vaultId);
  const report = await walkChain(db, { vaultId, anchors, start });
  if (report.problems.length === 0) return report;
  // The retention job may have moved the start meanwhile. Then verify again.
  const now = await chainStart(db, vaultId);
  return now.seq === start.seq ? report : verifyChain(db, { vaultId, anchors });
}

async function walkChain(
  db: Pick<Database, "sql">,
  {
    vaultId,
    anchors,
    start,
  }: { vaultId: string; anchors: readonly Anchor[]; start: { seq: number; hash: Buffer } },
): Promise<ChainReport> {
  const end = (await chainEnd(db, vaultId)) ?? { length: 0, head: CHAIN_START };
  const heads = new Map<number, string[]>();
  for (const { vaultId: of, length, head } of anchors) {
    // An anchor of a deleted event can no longer be compared.
    if (of === vaultId && length >= start.seq) heads.set(length, [...(heads.get(length) ?? []), head]);
  }
  const problems: ChainProblem[] = [];
  const found = (problem: ChainProblem) => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };

  let place = start.seq;
  let previous = start.hash;
  const anchoredStart = heads.get(place) ?? [];
  if (place > 0 && anchoredStart.some((head) => head !== previous.toString("hex"))) {
    found({ kind: "anchor", seq: place });
  }
  heads.delete(place);
  let misplaced = 0;
  for await (const events of chainedEvents(db, { vaultId, last: end.length })) {
    for (const event of events) {
      const { seq, hash } = event;
      if (seq <= place) {
        misplaced++;
        continue;
      }
      // An event after a gap can't be verified; the chain continues from its hash.
      if (seq > place + 1) found({ kind: "missing", from: place + 1, to: seq - 1 });
      else if (!chainHash(previous, event).equals(hash)) found({ kind: "changed", seq });
      const anchored = heads.get(seq) ?? [];
      if (anchored.some((head) => head !== hash.toString("hex"))) found({ kind: "anchor", seq });
      heads.delete(seq);
      place = seq;
      previous = hash;
    }
  }
  if (place < end.length) found({ kind: "missing", from: place + 1, to: end.length });
  else if (!previous.equals(end.head)) found({ kind: "end" });
  const added = misplaced + (await eventsBeyondEnd(db, vaultId));
  if (added > 0) found({ kind: "added", count: added });
  // Anchors of places that the chain does not have.
  for (const seq of heads.keys()) if (seq > 0) found({ kind: "anchor", seq });
  const [length, removed] = [end.length, start.seq];
  return { vaultId, length, head: end.head.toString("hex"), removed, problems };
}

/** Verifies the chains of all vaults, or only of `vaultId`, one after another. */
export async function* verifyChains(
  db: Pick<Database, "sql">,
  { vaultId, anchors = [] }: { vaultId?: string | undefined; anchors?: readonly Anchor[] },
): AsyncGenerator<ChainReport> {
  const all = vaultId ? [vaultId] : await auditedVaults(db);
  const anchored = vaultId ? [] : anchors.map((anchor) => anchor.vaultId);
  for (const id of new Set([...all, ...anchored])) yield await verifyChain(db, { vaultId: id, anchors });
}
