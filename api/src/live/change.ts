import { isId } from "../shared/paging.ts";

/** The channel that the triggers of migration 0003 notify. */
export const CHANNEL = "ttl_secrets_live";

/** What a notification is about: secrets of a project, or what a stream's authorization depends on. */
export type Change =
  | { about: "secrets"; projectId: string; ids: readonly string[] }
  | { about: AccessSubject; ids: readonly string[] }
  | { about: "probe"; ids: readonly string[] };

const ACCESS_SUBJECTS = ["projects", "sessions", "users", "keys"] as const;

/** What a stream's authorization depends on: a change of it may end the stream. */
export type AccessSubject = (typeof ACCESS_SUBJECTS)[number];

/**
 * Parses a notification, `subject id,id,…` or `secrets:projectId id,id,…`. Undefined if it is unknown or malformed: a
 * newer release may use the same database, and any client of the database can notify.
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
