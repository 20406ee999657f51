import { describeError } from "../logging/log.ts";

/** A start that failed for a reason that the operator can fix. The message is one clear line. */
export class StartError extends Error {
  override name = "StartError";
}

/** Advice for error codes of the network and of PostgreSQL (appendix A of its manual). */
const DATABASE_FAILURES: Record<string, string> = {
  ECONNREFUSED: "Nothing answers at the address in DATABASE_URL. Is PostgreSQL running there?",
  ENOTFOUND: "The host in DATABASE_URL is not known. Check its spelling.",
  EAI_AGAIN: "The host in DATABASE_URL could not be looked up. Check its spelling and the network.",
  ETIMEDOUT: "The host in DATABASE_URL does not answer. Check the address and the firewall.",
  CONNECT_TIMEOUT: "The host in DATABASE_URL does not answer. Check the address and the firewall.",
  "28P01": "PostgreSQL refuses the user name or password in DATABASE_URL.",
  "28000":
    "PostgreSQL refuses this user or host: see its pg_hba.conf, and whether it asks for TLS (?sslmode=require).",
  "3D000": "The database named in DATABASE_URL does not exist. Create it first.",
  "42501": "The user in DATABASE_URL may not create tables there. Make it the owner of the database.",
  "08P01":
    "DATABASE_URL seems to lead to a pooler, such as PgBouncer: set DATABASE_DIRECT_URL to PostgreSQL itself.",
  "25006":
    "The database in DATABASE_URL is read-only: a standby, or set so by default_transaction_read_only, as hosts do when a disk is full. Point to the primary, or make it writable.",
  "3F000":
    "The user in DATABASE_URL can't use the schema public, where the tables are. Grant it USAGE and CREATE.",
  "42704": "PostgreSQL does not know a setting in the options of DATABASE_URL. Correct or remove it.",
  "22023": "PostgreSQL refuses a value in the options of DATABASE_URL. Correct or remove it.",
  ...Object.fromEntries(
    [
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ].map((code) => [
      code,
      `The certificate of PostgreSQL in DATABASE_URL is not trusted (${code}). Name its authority with sslrootcert=FILE, or correct the host name.`,
    ]),
  ),
  "53300": "PostgreSQL has no connections left. Raise its max_connections or stop other clients.",
};

/**
 * One line that says why the start failed and what to do, without any configured value.
 *
 * @param variable that names the database.
 */
export function startFailure(error: unknown, variable = "DATABASE_URL"): string {
  return (
    explainFailure(error)?.replace("DATABASE_URL", variable) ??
    `TTL Secrets could not start: ${JSON.stringify(describeError(error))}`
  );
}

/** What an error of the network or of PostgreSQL means to the operator; undefined for one that is not known. */
export function explainFailure(error: unknown): string | undefined {
  const description = describeError(error);
  const code = description.code ?? description.cause?.code ?? "";
  return DATABASE_FAILURES[code];
}

/** Why the server could not listen: a `StartError` for known codes, else `error` itself. */
export function listenFailure(
  error: NodeJS.ErrnoException,
  {
    port,
    host,
    variables = { port: "PORT", host: "HOST" },
  }: { port: number; host: string; variables?: { port: string; host: string } },
): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new StartError(
        `Port ${port} is in use. Stop what uses it, or set ${variables.port} to another one.`,
      );
    case "EACCES":
      return new StartError(
        `Port ${port} may not be used by this account. Set ${variables.port} to one above 1023.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartError(`${variables.host} is not an address of this machine: ${host}`);
    default:
      return error;
  }
}
