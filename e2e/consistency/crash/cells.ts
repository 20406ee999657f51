import { hasDebianPostgres } from "../../../api/test/debian-postgres.ts";
import { CUT, FAULTS, type Fault } from "./faults.ts";
import type { Operation, State, Step } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { SmallDisk } from "./small-disk.ts";

/**
 * When a fault strikes: before the statement is sent; while it waits half-way for a lock; after the server is through with
 * it and before the API knows. Inside a transaction "after" one statement is as good as "before" the next, so only
 * what commits has an "after".
 */
type Place = "before" | "within" | "after";

/** One fault at one place of one step. */
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

/** Whether it can be made on this machine. */
export const isPossible = ({ fault }: Cell): boolean => fault.needs === undefined || CAN[fault.needs];

/** Every cell there is, or the selection for every day. */
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
 * Every fault on both sides of a reveal's two commits; of everything else, that its answer is lost when all is done. Not
 * the full disks, which only the superuser of the system can have.
 */
function isEveryday({ operation, step, place, fault }: Cell): boolean {
  if (fault.needs === "disk") return false;
  if (operation.name === "reveal") return step !== operation.steps[0] && place !== "within";
  return fault === CUT && place === "after" && step === operation.steps.at(-1);
}

/** What may be stored once the fault is over, and before anybody tries again. */
export function expectedStates({ operation, step, place, fault }: Cell): readonly State[] {
  if (fault.breaks === "nothing") return [operation.complete];
  if (place === "after") return step.ifDone;
  const neverEnds =
    // A full disk may have room for one more in a file that is there already.
    fault.needs !== "disk" &&
    (fault.breaks === "server process" ||
      // The server goes on with what it has begun, though nobody is there any more.
      (fault.breaks === "connection" && place === "before") ||
      (fault.breaks === "its audit event" && step.audits));
  return neverEnds ? step.ifNot : [...new Set([...step.ifNot, ...step.ifDone])];
}
