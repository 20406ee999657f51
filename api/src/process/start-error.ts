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
  "53300": "PostgreSQL has no connections left. Raise its max_connections or stop other clients.",
};

/**
 * One line that says why the start failed and what to do, without any configured value.
 *
 * @param variable that names the database.
 */
export function startFailure(error: unknown, variable = "DATABASE_URL"): string {
  const description = describeError(error);
  const code = description.code ?? description.cause?.code ?? "";
  const failure = DATABASE_FAILURES[code]?.replace("DATABASE_URL", variable);
  return failure ?? `TTL Secrets could not start: ${JSON.stringify(description)}`;
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
