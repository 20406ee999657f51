import { hasDebianPostgres } from "../../../api/test/debian-postgres.ts";
import { CUT, FAULTS, type Fault } from "./faults.ts";
import type { Operation, State, Step } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { SmallDisk } from "./small-disk.ts";

/**
 * When a fault strikes: before the statement is sent; while it waits for a lock; after the server has completed it and
 * before the API receives the result. Within a transaction, "after" a statement equals "before" the next one, so only
 * statements that commit have an "after".
 */
type Place = "before" | "within" | "after";

/** One fault at one moment of one step. */
export interface Cell {
  operation: Operation;
  step: Step;
  place: Place;
  fault: Fault;
}

const CAN: Record<NonNullable<Fault["needs"]>, boolean> = {
  client: true,
  server: hasDebianPostgres,
  disk: hasDebianPostgres && SmallDisk.isAllowed(),
};

/** Whether this machine can produce the fault. */
export const isPossible = ({ fault }: Cell): boolean => fault.needs === undefined || CAN[fault.needs];

/** Every cell, or the selection of the usual run. */
export function cells({ all }: { all: boolean }): Cell[] {
  return OPERATIONS.flatMap((operation) =>
    operation.steps.flatMap((step) =>
      placesOf(step).flatMap((place) =>
        FAULTS.filter(({ needs }) => needs !== "client" || operation.hasClient)
          .map((fault) => ({ operation, step, place, fault }))
          .filter((cell) => all || isEveryday(cell)),
      ),
    ),
  );
}

const placesOf = ({ waitsFor, commits }: Step): Place[] => [
  "before",
  ...(waitsFor ? (["within"] as const) : []),
  ...(commits ? (["after"] as const) : []),
];

/**
 * The usual run: every fault before and after a reveal's two commits; for all other operations, the loss of the answer at
 * the end. No full disks, which need root.
 */
function isEveryday({ operation, step, place, fault }: Cell): boolean {
  if (fault.needs === "disk") return false;
  if (operation.name === "reveal") return step !== operation.steps[0] && place !== "within";
  return fault === CUT && place === "after" && step === operation.steps.at(-1);
}

/** The states that are allowed once the fault is over, before any retry. */
export function expectedStates({ operation, step, place, fault }: Cell): readonly State[] {
  if (fault.breaks === "nothing") return [operation.complete];
  if (place === "after") return step.ifDone;
  const neverEnds =
    // A full disk may have room for one more row in an existing file.
    fault.needs !== "disk" &&
    (fault.breaks === "server process" ||
      // The server completes the statement although the client is gone.
      (fault.breaks === "connection" && place === "before") ||
      (fault.breaks === "its audit event" && step.audits));
  return neverEnds ? step.ifNot : [...new Set([...step.ifNot, ...step.ifDone])];
}
