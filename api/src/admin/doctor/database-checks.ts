import type { Vitals } from "./doctor-store.ts";
import { advice, type Finding, ok, problem } from "./finding.ts";

/** The last days of PostgreSQL's major versions: https://www.postgresql.org/support/versioning/ */
const LAST_DAYS: Record<number, string> = {
  14: "2026-11-12",
  15: "2027-11-11",
  16: "2028-11-09",
  17: "2029-11-08",
  18: "2030-11-14",
};

/** What is to be said of the server and of the way to it, at the time `now`. */
export function ofServer({ version, major, encoding, isEncrypted, isLocal }: Vitals, now: Date): Finding[] {
  const last = LAST_DAYS[major];
  return [
    last !== undefined && now > new Date(`${last}T23:59:59Z`)
      ? advice(
          "database",
          `PostgreSQL ${version} gets no more security fixes: its last day was ${last}.`,
          "Upgrade it (pg_upgrade); what is pending is destroyed by that.",
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
          "It is not encrypted, and the database is on another host: who can listen in between sees sessions and ciphertexts.",
          "Set up TLS in PostgreSQL and add ?sslmode=verify-full to DATABASE_URL, unless that network is yours alone.",
        ),
  ];
}
