import type { Cell } from "./cells.ts";
import type { CrashSite } from "./crash-site.ts";
import type { Run } from "./operation.ts";

/** Runs the operation up to the cell's point, causes its fault, and waits until the operation is over. */
export async function strike(site: CrashSite, { operation, step, place, fault }: Cell): Promise<Run> {
  const run = await operation.begin(site);
  const coming = site.proxy.hold(step.statement);
  const over = run.go();
  // A sweep starts by itself.
  const held = await (operation.hasClient ? Promise.race([coming, over]) : over.then(() => coming));
  if (!held) throw new Error(`the request never reached ${step.name}; its answer: ${run.outcome}`);
  let unlock = async () => {};
  if (place === "within") {
    unlock = await site.lock(...lockOf(run, step.waitsFor));
    held.send();
    await site.waitsForLock(held.pid);
  } else if (place === "after") {
    held.send();
    await held.answered;
  }
  const lift = await fault.strike({ site, held, hangUp: run.hangUp });
  held.release();
  await unlock();
  await over;
  await lift();
  await site.recovered();
  return run;
}

function lockOf(
  { projectId, secret }: Run,
  waitsFor: Cell["step"]["waitsFor"],
): ["projects" | "ttl_secrets", string] {
  return waitsFor === "project" ? ["projects", projectId] : ["ttl_secrets", secret?.id ?? ""];
}
