import { isId } from "../shared/paging.ts";

/** Where the database's triggers say what changed (see the migration that makes them). */
export const CHANNEL = "ttl_secrets_live";

/** What a notification may be about: secrets of a project, or what a stream's right to go on hangs on. */
export type Change =
  | { about: "secrets"; projectId: string; ids: readonly string[] }
  | { about: AccessSubject; ids: readonly string[] }
  | { about: "probe"; ids: readonly string[] };

const ACCESS_SUBJECTS = ["projects", "sessions", "users", "keys"] as const;

/** Whose change may end a stream. */
export type AccessSubject = (typeof ACCESS_SUBJECTS)[number];

/**
 * Reads a notification, `subject id,id,…`. Undefined for what this code does not know: a newer release may be
 * running beside it, and anybody who may connect to the database may notify.
 */
export function parseChange(payload: string): Change | undefined {
  const [, subject = "", scope, list = ""] = /^(\w+)(?::([0-9a-f-]{36}))? (\S+)$/.exec(payload) ?? [];
  const ids = list.split(",");
  if (subject === "secrets") {
    return scope && isId(scope) ? { about: "secrets", projectId: scope, ids: ids.filter(isId) } : undefined;
  }
  if (subject === "probe") return { about: "probe", ids };
  const about = ACCESS_SUBJECTS.find((known) => known === subject);
  return about && { about, ids };
}
