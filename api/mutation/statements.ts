// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of the source as it is written

/** A statement made wrong. */
export interface WrongStatement {
  /** The source file with the statement, below `api/src`. */
  file: string;
  /** What goes wrong then. */
  breaks: string;
  /** A piece of the source, which occurs there once. White space of any length matches. */
  from: string;
  to: string;
  /** The start of the title of the test that must notice, and its file. */
  test: string;
  in: string;
}

const inFile = (file: string, rules: Omit<WrongStatement, "file">[]): WrongStatement[] =>
  rules.map((rule) => ({ file, ...rule }));

/**
 * SQL is one string to Stryker, which it could only empty. So these are its mutants by hand: the statements on the path of
 * an attempt, each with a condition left out or turned round (`from` is changed `to`), and the `test` that must notice.
 *
 * Not among them, because nothing can be told from it:
 * - `AND status = 'pending'` beside a payload that was deleted in the same statement: only what is pending has one.
 * - `expires_at < now()` for `<=` in the sweep: for an instant, of what is refused and reads as expired at that instant.
 * - The vault in `lockProject`: `requireOwnProject` has looked at it before.
 */
export const STATEMENTS: WrongStatement[] = [
  ...inFile("secrets/attempt-store.ts", [
    {
      breaks: "claim: forgets the TTL",
      test: "is one answer, byte for byte, for every reason there can be",
      from: "y.expires_at > now() AND y.kid = ANY(",
      to: "y.kid = ANY(",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: takes what it has no key for",
      test: "is never consumed, by right passphrases or wrong ones",
      from: "AND y.kid = ANY(string_to_array(${ring}, ','))",
      to: "AND ${ring} = ${ring}",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: takes what is another vault's",
      test: "a link whose vault is not the secret's",
      from: "AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}\n        AND y.lineage",
      to: "AND p.id = s.project_id\n        AND y.lineage",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: takes what was stored in another line of history",
      test: "because it is another line of its history",
      from: "AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)",
      to: "AND (SELECT trusted FROM watch)",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "claim: takes it from a database that went back",
      test: "because it went back",
      from: "AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)",
      to: "AND y.lineage = database_lineage()",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "claim: does not delete",
      test: "shows the value, once",
      from: "DELETE FROM ttl_secret_payloads y USING ttl_secrets s, projects p\n      WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND y.kid = ANY(string_to_array(${ring}, ','))\n        AND s.id = y.secret_id AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}\n        AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)\n      RETURNING y.*, p.id AS project_id, p.vault_id",
      to: "SELECT y.*, p.id AS project_id, p.vault_id FROM ttl_secret_payloads y, ttl_secrets s, projects p\n      WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND y.kid = ANY(string_to_array(${ring}, ','))\n        AND s.id = y.secret_id AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}\n        AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: says before the time that the passphrase was wrong",
      test: "shows nothing when its audit event",
      from: "destroyed_reason = 'interrupted', ended_at = now(), attempted_from = ${sourceIp}",
      to: "destroyed_reason = 'wrong_passphrase', ended_at = now(), attempted_from = ${sourceIp}",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: forgets where the attempt came from",
      test: "records the recipient's address",
      from: "attempted_from = ${sourceIp}",
      to: "attempted_from = coalesce('0.0.0.0', ${sourceIp})::inet",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: misses the key of what is past its TTL",
      test: "is not available, as it would be with the key, when its TTL is over",
      from: "y.expires_at > now() AND y.kid <> ALL(",
      to: "y.kid <> ALL(",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: misses the key of what is another vault's",
      test: "is not available, as it would be with the key, when the link names another vault",
      from: "AND ${isOfVault(db.sql, vaultId)} AND y.lineage = database_lineage()\n      ) AS",
      to: "AND y.lineage = database_lineage()\n      ) AS",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: misses the key of what was stored in another line of history",
      test: "is not available, as it would be with the key, when it was stored in another line",
      from: "AND ${isOfVault(db.sql, vaultId)} AND y.lineage = database_lineage()\n      ) AS",
      to: "AND ${isOfVault(db.sql, vaultId)}\n      ) AS",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "availability: forgets the TTL",
      test: "gives every link to nothing",
      from: "AND y.expires_at > now() AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      to: "AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      in: "secrets/secret-availability",
    },
    {
      breaks: "availability: tells of another vault's",
      test: "gives every link to nothing",
      from: "AND y.expires_at > now() AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      to: "AND y.expires_at > now()\n      AND y.lineage",
      in: "secrets/secret-availability",
    },
    {
      breaks: "availability: tells of what was stored in another line of history",
      test: "because it is another line of its history",
      from: "${isOfVault(db.sql, vaultId)}\n      AND y.lineage = database_lineage()`",
      to: "${isOfVault(db.sql, vaultId)}`",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "availability: rounds up",
      test: "says until when",
      from: "floor(extract(epoch FROM y.expires_at - now()))",
      to: "ceil(extract(epoch FROM y.expires_at - now()))",
      in: "secrets/secret-availability",
    },
    {
      breaks: "settle: at any time",
      test: "writes the audit event of an interrupted attempt",
      from: "WHERE id = ${secretId} AND attempted_from IS NOT NULL\n        AND ended_at > now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE",
      to: "WHERE id = ${secretId} AND attempted_from IS NOT NULL FOR UPDATE",
      in: "jobs/sweep",
    },
    {
      breaks: "settle: only what took too long",
      test: "shows the value, once",
      from: "AND ended_at > now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE",
      to: "AND ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "settle: what nobody attempts",
      test: "is not settled a second time",
      from: "WHERE id = ${secretId} AND attempted_from IS NOT NULL",
      to: "WHERE id = ${secretId}",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "settle: leaves the attempt open",
      test: "is not settled a second time",
      from: "ended_at = now(), attempted_from = NULL",
      to: "ended_at = now()",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "settle: does not wait for another one",
      test: "is settled once, however many try to at once",
      from: "secs => ${ATTEMPT_SECONDS}) FOR UPDATE\n    ), settled",
      to: "secs => ${ATTEMPT_SECONDS})\n    ), settled",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "settle: keeps the time of the claim",
      test: "does not close an attempt in progress",
      from: "destroyed_reason = ${reason}, ended_at = now(), attempted_from",
      to: "destroyed_reason = ${reason}, attempted_from",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes attempts that are under way",
      test: "does not close an attempt in progress",
      from: "WHERE attempted_from IS NOT NULL AND ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS})",
      to: "WHERE attempted_from IS NOT NULL AND ${ATTEMPT_SECONDS} = ${ATTEMPT_SECONDS}",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes only attempts that are under way",
      test: "does not close an attempt in progress",
      from: "WHERE attempted_from IS NOT NULL AND ended_at <= now()",
      to: "WHERE attempted_from IS NOT NULL AND ended_at > now()",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes what nobody attempts",
      test: "writes the audit event of an interrupted",
      from: "WHERE attempted_from IS NOT NULL AND ended_at <= now()",
      to: "WHERE ended_at <= now()",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: leaves the attempt open",
      test: "writes the audit event of an interrupted",
      from: "UPDATE ttl_secrets s SET attempted_from = NULL FROM",
      to: "UPDATE ttl_secrets s SET attempted_from = s.attempted_from FROM",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: waits for what another sweep works on",
      test: "skips rows that another process has locked",
      from: "LIMIT ${limit} FOR UPDATE SKIP LOCKED\n    ), closed",
      to: "LIMIT ${limit} FOR UPDATE\n    ), closed",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes what another sweep closes",
      test: "skips rows that another process has locked",
      from: "LIMIT ${limit} FOR UPDATE SKIP LOCKED\n    ), closed",
      to: "LIMIT ${limit}\n    ), closed",
      in: "jobs/sweep",
    },
  ]),
  ...inFile("secrets/secret-store.ts", [
    {
      breaks: "revoke: what is past its TTL",
      test: "leaves one whose TTL is over as it is",
      from: "WHERE secret_id = ${secretId} AND expires_at > now() RETURNING secret_id",
      to: "WHERE secret_id = ${secretId} RETURNING secret_id",
      in: "secrets/revoke-secret",
    },
    {
      breaks: "revoke for a retried create: what is past its TTL",
      test: "is refused once the secret was expired",
      from: "WHERE secret_id = ${secretId} AND expires_at > now() RETURNING secret_id",
      to: "WHERE secret_id = ${secretId} RETURNING secret_id",
      in: "secrets/idempotency",
    },
    {
      breaks: "expiry: before the time",
      test: "leaves pending secrets alone",
      from: "WHERE expires_at <= now()\n      ORDER BY expires_at",
      to: "WHERE expires_at > now()\n      ORDER BY expires_at",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: whatever the time",
      test: "leaves pending secrets alone",
      from: "WHERE expires_at <= now()\n      ORDER BY expires_at",
      to: "ORDER BY expires_at",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: skips what is over for less than a minute",
      test: "removes the payload of every secret past",
      from: "WHERE expires_at <= now()\n      ORDER BY expires_at",
      to: "WHERE expires_at <= now() - interval '1 min'\n      ORDER BY expires_at",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: says that it ended when the sweep came by",
      test: "removes the payload of every secret past",
      from: "SET status = 'expired', ended_at = expires_at",
      to: "SET status = 'expired', ended_at = now()",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: waits for what another sweep works on",
      test: "skips rows that another process has locked",
      from: "ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED",
      to: "ORDER BY expires_at LIMIT ${limit} FOR UPDATE",
      in: "jobs/sweep",
    },
    {
      breaks: "destroy pending: what is past its TTL",
      test: "a look ends what was stored in another line",
      from: "WHERE y.expires_at > now() AND ${isChosen}",
      to: "WHERE ${isChosen}",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: all, where strays are meant",
      test: "because it is another line",
      from: `(y.lineage COLLATE "C" < database_lineage() OR y.lineage COLLATE "C" > database_lineage())`,
      to: "true",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: no strays of a line that sorts before",
      test: "a look ends what was stored in another line",
      from: `y.lineage COLLATE "C" < database_lineage() OR `,
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: no strays of a line that sorts after",
      test: "a look ends what was stored in another line",
      from: ` OR y.lineage COLLATE "C" > database_lineage()`,
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "a secret found: another vault's",
      test: "answers for another vault's secret",
      from: "and(eq(ttlSecrets.id, secretId), eq(projects.vaultId, vaultId))",
      to: "eq(ttlSecrets.id, secretId)",
      in: "secrets/revoke-secret",
    },
    {
      breaks: "forgetting: what an attempt is under way at",
      test: "stays while an attempt at it is owed",
      from: "make_interval(days => ${days}) AND attempted_from IS NULL",
      to: "make_interval(days => ${days})",
      in: "jobs/retention",
    },
    {
      breaks: "forgetting: what is younger",
      test: "goes: ended secrets, but",
      from: "WHERE ended_at < now() - make_interval(days => ${days})",
      to: "WHERE ended_at > now() - make_interval(days => ${days})",
      in: "jobs/retention",
    },
  ]),
  ...inFile("secrets/secret-status-store.ts", [
    {
      breaks: "status: an attempt stays under way for ever",
      test: "writes the audit event of an interrupted",
      from: "AND ${ttlSecrets.endedAt} > now() - make_interval(secs => ${ATTEMPT_SECONDS}))`",
      to: ")`",
      in: "jobs/sweep",
    },
    {
      breaks: "status: what is past its TTL stays pending",
      test: "ends an unopened secret on the instant",
      from: "= 'pending' AND ${ttlSecrets.expiresAt} <= now())`",
      to: "= 'pending' AND ${ttlSecrets.expiresAt} > now())`",
      in: "secrets/reveal-secret",
    },
  ]),
  ...inFile("secrets/secret-list-store.ts", [
    {
      breaks: "a list: of all projects",
      test: "shows what is in the project, and nothing of another",
      from: "and(eq(ttlSecrets.projectId, projectId), isAfter(order, page.after))",
      to: "isAfter(order, page.after)",
      in: "secrets/list-secrets",
    },
    {
      breaks: "a search: in all projects",
      test: "goes by what is true now",
      from: "const where = and(\n    eq(ttlSecrets.projectId, projectId),",
      to: "const where = and(",
      in: "secrets/list-secrets",
    },
  ]),
  {
    file: "accounts/member-store.ts",
    breaks: "ownership: every vault has every project",
    test: "answers for another vault's proje",
    from: "and(eq(projects.id, projectId), eq(projects.vaultId, vaultId))",
    to: "eq(projects.id, projectId)",
    in: "secrets/list-secrets",
  },
  {
    file: "audit/audit-store.ts",
    breaks: "events: none is stored",
    test: "shows the value, once",
    from: "JOIN projects p ON p.id = e.project_id\n    ORDER BY",
    to: "JOIN projects p ON p.id = e.project_id AND false\n    ORDER BY",
    in: "secrets/reveal-secret",
  },
  ...inFile("secrets/rollback-guard-store.ts", [
    {
      breaks: "watch: trusts a database with fewer looks",
      test: "because it went back",
      from: "AND beat >= ${beat} AND",
      to: "AND ${beat} = ${beat} AND",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "watch: trusts a database with fewer transactions",
      test: "is known by this: it has had fewer transactions",
      from: "AND ${xid(sql)} >= ${seen.xid}::float8",
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "watch: trusts an older generation",
      test: "is known by this: it has not noticed",
      from: "(generation > ${generation}\n",
      to: "(generation <> ${generation}\n",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "watch: trusts the numbers of another line of history",
      test: "is known by this: of fewer looks",
      from: "database_lineage() = ${lineage} AND (generation",
      to: "${lineage} = ${lineage} AND (generation",
      in: "secrets/rollback-guard",
    },
  ]),
];
