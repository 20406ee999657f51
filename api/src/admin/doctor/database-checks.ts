import { connect } from "../../db/client.ts";
import { ACCEPT_UNSYNCED, durabilityAdvice } from "../../db/durability.ts";
import { requireUsablePooler } from "../../db/pooler.ts";
import { StartError, startFailure } from "../../process/start-error.ts";
import { readVitals, type Vitals } from "./doctor-store.ts";
import { advice, type Check, type Finding, ok, problem } from "./finding.ts";

/** Last days of PostgreSQL's major versions: https://www.postgresql.org/support/versioning/ */
const LAST_DAYS: Record<number, string> = {
  14: "2026-11-12",
  15: "2027-11-11",
  16: "2028-11-09",
  17: "2029-11-08",
  18: "2030-11-14",
};

/** Difference in seconds between the clocks of server and database from which times in the dashboard look wrong. */
const MAX_SKEW_SECONDS = 2;

/** Checks the PostgreSQL server, its settings and its clock. Needs no tables. */
export const checkDatabase: Check = async ({ db, config }) => {
  const askedAt = Date.now();
  const vitals = await readVitals(db);
  const answeredAt = Date.now();
  return [
    ...serverFindings(vitals, new Date(vitals.nowMs)),
    durability(vitals),
    vitals.logsParameters && config.databaseUrl
      ? advice(
          "database log",
          "PostgreSQL may log the parameters of statements: session tokens and ciphertexts.",
          "Set log_parameter_max_length = 0, log_parameter_max_length_on_error = 0 and log_min_error_statement = panic.",
        )
      : ok("database log", "No parameters of statements are logged."),
    clock(vitals.nowMs, askedAt, answeredAt),
  ];
};

/** Checks the connection through a pooler, if the servers use one. */
export const checkPooler: Check = async ({ config: { databaseUrl, databaseDirectUrl } }) => {
  if (!databaseUrl || !databaseDirectUrl) return [];
  const db = connect(databaseUrl, 1, { behindPooler: true });
  try {
    await requireUsablePooler(db, databaseDirectUrl);
    return [ok("pooler", "It leads to the same database and keeps our timeouts.")];
  } catch (error) {
    const text = error instanceof StartError ? error.message : startFailure(error);
    return [
      problem("pooler", text, "Fix this first: until then no server can start, nor a running one answer."),
    ];
  } finally {
    await db.close();
  }
};

/** Findings about the version, the encoding and the connection at the time `now`. */
export function serverFindings(
  { version, major, encoding, isEncrypted, isLocal }: Vitals,
  now: Date,
): Finding[] {
  const last = LAST_DAYS[major];
  return [
    last !== undefined && now > new Date(`${last}T23:59:59Z`)
      ? advice(
          "database",
          `PostgreSQL ${version} gets no more security fixes: its last day was ${last}.`,
          "Upgrade it with pg_upgrade. The upgrade destroys pending secrets.",
        )
      : ok("database", `PostgreSQL ${version} answers.`),
    encoding === "UTF8"
      ? ok("encoding", "It is UTF-8.")
      : problem(
          "encoding",
          `It is ${encoding}: no server can start on it.`,
          "Make a database with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        ),
    isEncrypted || isLocal
      ? ok("database connection", isEncrypted ? "It is encrypted." : "It does not leave this machine.")
      : advice(
          "database connection",
          "It is not encrypted, and the database is on another host: anyone on the network between can read sessions and ciphertexts.",
          "Set up TLS in PostgreSQL and add ?sslmode=verify-full to DATABASE_URL, unless that network is yours alone.",
        ),
  ];
}

function durability(vitals: Vitals): Finding {
  const { fsync, fullPageWrites, acceptsUnsynced } = vitals;
  const text =
    "fsync or full_page_writes is off: after a crash, a secret that was shown could be opened again";
  if (fsync === "on" && fullPageWrites === "on") return ok("fsync", "fsync and full_page_writes are on.");
  return acceptsUnsynced
    ? advice(
        "fsync",
        `${text}, unless the storage keeps every write by itself, as ${ACCEPT_UNSYNCED} = on says.`,
        "Set both to on, unless you are certain of the storage.",
      )
    : problem("fsync", `${text}.`, `${durabilityAdvice(["fsync", "full_page_writes"])}.`);
}

function clock(databaseMs: number, askedAt: number, answeredAt: number): Finding {
  // The database read its clock between the query and its answer.
  const skew = Math.max(askedAt - databaseMs, databaseMs - answeredAt, 0) / 1000;
  return skew > MAX_SKEW_SECONDS
    ? advice(
        "clocks",
        `The clocks of this machine and the database differ by ${skew.toFixed(1)} s. Secrets expire by the database's clock; times in the dashboard may look wrong.`,
        "Synchronize both clocks (NTP).",
      )
    : ok("clocks", "The clocks of this machine and the database agree.");
}
