import { TORTURE } from "../scale.ts";
import { type Cell, isPossible } from "./cells.ts";
import type { Run } from "./operation.ts";

/** Collects the results of the cells and prints them at the end. */
export class Matrix {
  readonly #planned: readonly Cell[];
  readonly #rows: string[][] = [];
  #secrets = 0;
  #plaintexts = 0;
  #secondPlaintexts = 0;

  constructor(planned: readonly Cell[]) {
    this.#planned = planned;
  }

  /** Records one cell: the state after the fault, and the final answers. */
  add(
    { operation, step, place, fault }: Cell,
    { state, run, secrets }: { state: string; run: Run; secrets: number },
  ): void {
    this.#rows.push([
      operation.name,
      `${place} ${step.name}`,
      fault.name,
      `${state}, answer: ${run.outcome}`,
    ]);
    const plaintexts = run.attempts.filter(({ outcome }) => outcome === "revealed").length;
    this.#secrets += secrets;
    this.#plaintexts += plaintexts;
    this.#secondPlaintexts += Math.max(0, plaintexts - 1);
  }

  /** The counts of each result, and the totals; in the torture run the whole table. */
  print(): string {
    const widths = [0, 1, 2].map((column) =>
      Math.max(0, ...this.#rows.map((row) => row[column]?.length ?? 0)),
    );
    const table = this.#rows.map((row) =>
      row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" │ "),
    );
    const outcomes = Map.groupBy(this.#rows, (row) => row.at(-1));
    const counts = [...outcomes].map(([outcome, rows]) => `${rows.length} × ${outcome}`);
    const skipped = this.#planned.filter((cell) => !isPossible(cell)).length;
    return [
      "crash matrix",
      ...(TORTURE ? table : []),
      ...counts,
      `crash matrix: ${this.#rows.length} of ${this.#planned.length} cells, ${this.#secrets} secrets, ${this.#plaintexts} plaintexts, ${this.#secondPlaintexts} second plaintexts`,
      ...(skipped > 0
        ? [
            `${skipped} cells need what is missing here: Debian's PostgreSQL, or the right to mount a small disk`,
          ]
        : []),
    ].join("\n  ");
  }
}
