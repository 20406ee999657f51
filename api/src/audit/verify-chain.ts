import type { Database } from "../db/client.ts";
import { CHAIN_START, chainHash } from "./chain.ts";
import { auditedVaults, chainEnd, chainedEvents, chainStart, eventsBeyondEnd } from "./chain-store.ts";

/** At most this many problems of a vault are told; one change seldom makes more than two. */
const MAX_PROBLEMS = 100;

/** Where a vault's chain ended at some time, as `verifyChain` told it, kept outside the database. */
export interface Anchor {
  vaultId: string;
  length: number;
  /** The hash of the last event, in hexadecimal. */
  head: string;
}

/**
 * What is wrong with a chain, and where: `changed`, an event, or its place, is not what was hashed after the event
 * before it; `missing`, events `from` to `to` are gone; `added`, events stand where the chain has no place; `end`, the
 * chain's end is not its last event; `anchor`, the chain is not the one that the anchor was taken of.
 */
export type ChainProblem =
  | { kind: "changed" | "anchor"; seq: number }
  | { kind: "missing"; from: number; to: number }
  | { kind: "added"; count: number }
  | { kind: "end" };

/** What a vault's chain was found to be. `length` and `head` are its end: a new anchor. */
export interface ChainReport extends Anchor {
  /** How many events from the chain's beginning are gone because they were older than they are kept. */
  removed: number;
  problems: ChainProblem[];
}

/**
 * Reads a vault's audit events in order of the chain and finds those that were edited, removed, inserted or moved by
 * somebody who got around the database's triggers. Reads only, in batches; new events may come meanwhile.
 *
 * What no chain inside the database can show is a past rewritten as a whole, with every hash after the change and the
 * chain's end. The `anchors` can: they are ends of the chain that were written down elsewhere before.
 *
 * @throws the driver's error when the database can't be asked.
 */
export async function verifyChain(
  db: Pick<Database, "sql">,
  { vaultId, anchors = [] }: { vaultId: string; anchors?: readonly Anchor[] },
): Promise<ChainReport> {
  const start = await chainStart(db, vaultId);
  const report = await walkChain(db, { vaultId, anchors, start });
  if (report.problems.length === 0) return report;
  // Events may have been removed meanwhile, rightly. That moves the start.
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
    // What an anchor says of events that are gone can't be held against anything any more.
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
      // What follows a gap can't be checked against what is gone; it is the start of what comes after it.
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
  // Anchors of places that the chain does not have, or no longer.
  for (const seq of heads.keys()) if (seq > 0) found({ kind: "anchor", seq });
  const [length, removed] = [end.length, start.seq];
  return { vaultId, length, head: end.head.toString("hex"), removed, problems };
}

/** Verifies the chains of all vaults, or only of `vaultId`, one after the other. */
export async function* verifyChains(
  db: Pick<Database, "sql">,
  { vaultId, anchors = [] }: { vaultId?: string | undefined; anchors?: readonly Anchor[] },
): AsyncGenerator<ChainReport> {
  const all = vaultId ? [vaultId] : await auditedVaults(db);
  const anchored = vaultId ? [] : anchors.map((anchor) => anchor.vaultId);
  for (const id of new Set([...all, ...anchored])) yield await verifyChain(db, { vaultId: id, anchors });
}
