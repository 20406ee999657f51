import { expect, test } from "vitest";
import { isBroken, scriptChain } from "./package-manager.ts";

/** `npx pnpm start` from a shell: init 1, shell 10, npx 20, its shell 30, pnpm 40, its shell 50, the server 60. */
const START = new Map([
  [60, 50],
  [50, 40],
  [40, 30],
  [30, 20],
  [20, 10],
  [10, 1],
]);

const table = (parents: Map<number, number>, scripts: number[]) => ({
  parentOf: (pid: number) => parents.get(pid),
  isScript: (pid: number) => scripts.includes(pid),
});

const chain = scriptChain(60, table(START, [60, 50, 40, 30]));

test("the chain leads from the server to the package manager that was called, not beyond", () => {
  expect([...chain.keys()]).toEqual([60, 50, 40, 30]);
  expect(isBroken(chain, table(START, []))).toBe(false);
});

test.each([20, 30, 40, 50])("the end of process %i of the chain breaks it", (ended) => {
  const parents = new Map([...START].map(([pid, parent]) => [pid, parent === ended ? 1 : parent]));
  parents.delete(ended);
  expect(isBroken(chain, table(parents, []))).toBe(true);
});

test("the end of the shell that called the package manager does not", () => {
  const parents = new Map(START).set(20, 1);
  parents.delete(10);
  expect(isBroken(chain, table(parents, []))).toBe(false);
});

test("where other processes can't be read, the chain is the own parent", () => {
  const own = (parents: Map<number, number>) => ({
    parentOf: (pid: number) => (pid === 60 ? parents.get(60) : undefined),
    isScript: (pid: number) => pid === 60,
  });
  const short = scriptChain(60, own(START));
  expect([...short]).toEqual([[60, 50]]);
  expect(isBroken(short, own(new Map([[60, 1]])))).toBe(true);
});

test("a server that no package manager started has no chain", () => {
  expect(scriptChain(60, table(START, [])).size).toBe(0);
});
