import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brokenPromises, changedEndings, readStored } from "../history.ts";
import { attempt } from "../recipients.ts";
import { figures, TORTURE } from "../scale.ts";
import { cells, expectedStates, isPossible } from "./cells.ts";
import { CrashSite, until } from "./crash-site.ts";
import { Matrix } from "./matrix.ts";
import type { Run } from "./operation.ts";
import { SWEEP_EXPIRED } from "./operations/sweeps.ts";
import { strike } from "./strike.ts";

const MINUTE_MS = 60_000;

/** The only errors that a client may receive after a fault. */
const GENERIC = new Set([
  "Something went wrong on the server. Try again later.",
  "The server can't open this secret at the moment. Try again later.",
]);

const planned = cells({ all: TORTURE });
const matrix = new Matrix(planned);
/** Values, passphrases and tokens that passed through the processes. */
const secrets: string[] = [];
let site: CrashSite;

beforeAll(async () => {
  site = await CrashSite.open();
}, 5 * MINUTE_MS);

afterAll(async () => {
  await site?.close();
  figures(matrix.print());
}, MINUTE_MS);

/** The secrets of the run's project. */
async function idsOf({ projectId, secret }: Run): Promise<string[]> {
  const rows = await site.db.sql<
    { id: string }[]
  >`SELECT id FROM ttl_secrets WHERE project_id = ${projectId}`;
  return [...new Set([...rows.map(({ id }) => id), ...(secret ? [secret.id] : [])])];
}

/** The stored state of the run's secret. */
async function stateOf(run: Run): Promise<string> {
  const rows = await site.db.sql<{ id: string; status: string }[]>`
    SELECT id, status FROM ttl_secrets WHERE project_id = ${run.projectId}
    ORDER BY status = 'pending' DESC, created_at DESC`;
  const own = run.secret ? rows.find(({ id }) => id === run.secret?.id) : rows[0];
  return own?.status ?? (run.secret ? "gone" : "absent");
}

/** Checks every row of the run against the promises and the answers to its clients. */
function expectKept(run: Run, stored: Awaited<ReturnType<typeof readStored>>): void {
  const histories = [...stored.keys()].map((id) => ({
    id,
    value: run.value,
    attempts: id === run.secret?.id ? run.attempts : [],
  }));
  expect(brokenPromises(histories, stored, { settled: true })).toEqual([]);
}

/** Checks that errors have fixed texts and that no answer contains what only a reveal may show. */
function expectDiscreet(run: Run): void {
  for (const answer of run.answers) {
    const { data, errors = [] } = JSON.parse(answer);
    for (const { message } of errors) expect(GENERIC).toContain(message);
    if (data?.revealTtlSecret?.__typename !== "TtlSecretRevealed") expect(answer).not.toContain(run.value);
  }
}

describe.each(planned)("$operation.name", (cell) => {
  const { operation, step, place, fault } = cell;
  const states = expectedStates(cell);
  it.skipIf(!isPossible(cell))(
    `${place} ${step.name}, ${fault.name}: ${states.join(" or ")}`,
    async () => {
      const run = await strike(site, cell);
      // A client that disconnects does not stop an operation that has begun.
      if (fault.breaks === "nothing") await until(async () => (await stateOf(run)) === operation.complete);
      const state = await stateOf(run);
      expect(states).toContain(state);
      expectDiscreet(run);

      await run.again?.();
      const { secret } = run;
      if (secret) {
        secrets.push(run.value, secret.token, secret.passphrase);
        const isUntouched = (await stateOf(run)) === "pending" && operation !== SWEEP_EXPIRED;
        const second = await attempt(site.endpoint, secret);
        run.attempts.push(second);
        expect(second.outcome).toBe(isUntouched ? "revealed" : "not-available");
      }
      const ids = await idsOf(run);
      for (const id of ids) {
        // A secret whose creator received no answer lives no longer than its TTL.
        await site.endTtl(id);
        await site.swept(id);
      }
      const before = await readStored(site.db.sql, ids);
      expectKept(run, before);

      if (secret) run.attempts.push(await attempt(site.endpoint, secret));
      const after = await readStored(site.db.sql, ids);
      expect(changedEndings(before, after)).toEqual([]);
      expectKept(run, after);
      matrix.add(cell, { state, run, secrets: ids.length });
    },
    3 * MINUTE_MS,
  );
});

it("no value, passphrase or token is in the API's output", () => {
  const output = site.api.output();
  expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  expect(secrets.length).toBeGreaterThan(0);
});
