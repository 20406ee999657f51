/** Paths that query the database and never hash: unknown tokens, availability, lists, the audit log. */
import { keyRingOf } from "../consistency/pending-secret.ts";
import { type Effort, type Measurement, pathOn } from "./measurement.ts";
import { claimsPerSecond, whyNoPgbench } from "./pgbench.ts";
import type { Statements } from "./raw-sql.ts";
import { auditPage, available, emptyField, revealUnknown, secretsPage, unknownLinks } from "./requests.ts";
import { type Row, rowOf } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";

/** Target: share of an empty field's efficiency that an attempt at an unknown token must reach. */
const LEAST = 0.5;

/** Measures them with 16, 1 and 64 concurrent requests, compared with the bare statements. */
export async function lookups(measurement: Measurement): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [concurrency, rounds] of [
    [16, 5],
    [1, 5],
    [64, 5],
  ] as const) {
    rows.push(...(await at(measurement, { concurrency, ms: 400 }, rounds)));
  }
  return rows;
}

async function at(measurement: Measurement, effort: Effort, rounds: number): Promise<Row[]> {
  const { product, sql } = measurement;
  const { sender, databaseUrl, keys, databasePids } = product;
  const statements: Statements = { databaseUrl, keys, sender, ...effort };
  const straight = (run: Contender["run"]): Contender => ({ run, pids: () => [sql.pid], databasePids });
  const links = unknownLinks(sender);
  const kids = [...keyRingOf(keys).keys.keys()];
  const claims = { databaseUrl, vaultId: sender.vaultId, kids, concurrency: effort.concurrency };
  const whyNot = await whyNoPgbench(claims);
  const done = await takeTurns(
    {
      field: pathOn(measurement, effort, emptyField),
      unknown: pathOn(measurement, effort, revealUnknown(links)),
      claim: straight(() => sql.call("claimNothing", statements)),
      available: pathOn(measurement, effort, available(links)),
      find: straight(() => sql.call("findNothing", statements)),
      secrets: pathOn(measurement, effort, secretsPage(sender, sender.projectId)),
      page: straight(() => sql.call("readPage", { ...statements, projectId: sender.projectId })),
      audit: pathOn(measurement, effort, auditPage(sender)),
      handOff: straight(() => sql.call("handOff", statements)),
      // pgbench closes its connections, so their CPU time can't be read afterwards.
      pgbench: whyNot === undefined ? { run: () => claimsPerSecond(claims), pids: () => [] } : undefined,
    },
    rounds,
    { warmUps: effort.concurrency === 16 ? 1 : 0 },
  );
  const place = `${effort.concurrency} concurrent`;
  const field = { name: "empty GraphQL field", rounds: done.field };
  const limit = (name: string, each: (typeof done)["field"]) => rowOf(`limit: ${name}, ${place}`, each);
  return [
    rowOf(`reveal, unknown token, ${place}`, done.unknown, { limit: field, least: LEAST }),
    rowOf(`reveal, unknown token, ${place}`, done.unknown, {
      limit: { name: "its claim from postgres.js", rounds: done.claim },
      withDatabase: true,
    }),
    rowOf(`ttlSecretAvailable, ${place}`, done.available, {
      limit: { name: "its statement from postgres.js", rounds: done.find },
      withDatabase: true,
    }),
    rowOf(`ttlSecrets, 50 of them, ${place}`, done.secrets, {
      limit: { name: "its statement from postgres.js", rounds: done.page },
      withDatabase: true,
    }),
    rowOf(`auditEvents, 50 of them, ${place}`, done.audit, { limit: field }),
    limit("the claim from postgres.js", done.claim),
    whyNot === undefined
      ? limit("the claim from pgbench", done.pgbench)
      : { what: `limit: the claim from pgbench, ${place}`, measured: `skipped: ${whyNot}` },
    limit("a hand-off's statements from postgres.js", done.handOff),
  ];
}
