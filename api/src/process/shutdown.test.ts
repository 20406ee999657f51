import { expect, test } from "vitest";
import { Shutdown } from "./shutdown.ts";

/** A shutdown whose steps record their names; a step with `never` does not finish. */
function scene() {
  const done: string[] = [];
  const troubles: [string, unknown][] = [];
  const shutdown = new Shutdown((what, error) => troubles.push([what, error]));
  const add = (what: string, rest: { never?: true; fails?: Error; within?: number; always?: true } = {}) => {
    const { never, fails, within = 60, always } = rest;
    const stop = async () => {
      done.push(what);
      if (fails) throw fails;
      if (never) await new Promise(() => {});
    };
    shutdown.add({ what, stop, within, ...(always && { always }) });
  };
  return { done, troubles, shutdown, add };
}

test("steps run once, in the reverse order of the start", async () => {
  const { done, troubles, shutdown, add } = scene();
  for (const what of ["database", "sweep", "server"]) add(what);
  await shutdown.run();
  await shutdown.run();
  expect(done).toEqual(["server", "sweep", "database"]);
  expect(troubles).toEqual([]);
});

test("a step that fails or takes too long is reported and does not stop the others", async () => {
  const { done, troubles, shutdown, add } = scene();
  const error = new Error("no");
  add("database");
  add("sweep", { fails: error });
  add("server", { never: true, within: 0.01 });
  await shutdown.run();
  expect(done).toEqual(["server", "sweep", "database"]);
  expect(troubles).toEqual([
    ["server", undefined],
    ["sweep", error],
  ]);
});

test("in a hurry only steps marked always are waited for", async () => {
  const { done, troubles, shutdown, add } = scene();
  add("database", { always: true, never: true, within: 0.01 });
  add("sweep", { never: true });
  add("server", { never: true });
  const run = shutdown.run();
  shutdown.hurry();
  await run;
  expect(done).toEqual(["server", "sweep", "database"]);
  expect(troubles).toEqual([]);
  expect(await shutdown.patiently(new Promise(() => {}), 60)).toBe(false);
});

test("patiently waits until the work finishes or fails", async () => {
  const { shutdown } = scene();
  expect(await shutdown.patiently(Promise.resolve(), 60)).toBe(true);
  await expect(shutdown.patiently(Promise.reject(new Error("no")), 60)).rejects.toThrow("no");
});
