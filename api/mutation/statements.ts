// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of the source as it is written

/** A mutant of an SQL statement. */
export interface WrongStatement {
  /** The source file with the statement, below `api/src`. */
  file: string;
  /** What the mutant breaks. */
  breaks: string;
  /** A piece of the source, which occurs there once. White space of any length matches. */
  from: string;
  to: string;
  /** Part of the title of the test that must notice, and its file without `.test.ts`. */
  test: string;
  in: string;
}

const inFile = (file: string, rules: Omit<WrongStatement, "file">[]): WrongStatement[] =>
  rules.map((rule) => ({ file, ...rule }));

/**
 * To Stryker, SQL is one string, which it could only empty. So these mutants are written by hand: the statements on the path
 * of an attempt, each with a condition removed or inverted (`from` becomes `to`), and the `test` that must notice.
 *
 * Left out, because they are equivalent:
 * - `AND status = 'pending'` with a payload deleted in the same statement: only a pending secret has a payload.
 * - `expires_at < now()` for `<=` in the sweep: at that instant the secret is already refused and reads as expired.
 * - The vault in `lockProject`: `requireOwnProject` has checked it.
 */
export const STATEMENTS: WrongStatement[] = [
  ...inFile("secrets/attempt-store.ts", [
    {
      breaks: "claim: forgets the TTL",
      test: "is the same answer, byte for byte, for every reason",
      from: "y.expires_at > now() AND y.kid = ANY(",
      to: "y.kid = ANY(",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: takes a secret without having its key",
      test: "is never consumed, whatever the passphrase",
      from: "AND y.kid = ANY(string_to_array(${ring}, ','))",
      to: "AND ${ring} = ${ring}",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: takes another vault's secret",
      test: "a link whose vault is not the secret's",
      from: "AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}\n        AND y.lineage",
      to: "AND p.id = s.project_id\n        AND y.lineage",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: takes a foreign payload",
      test: "reveals nothing of another lineage",
      from: "AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)",
      to: "AND (SELECT trusted FROM watch)",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "claim: trusts a rolled-back database",
      test: "reveals nothing that was pending when it went back",
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
      breaks: "claim: stores a wrong passphrase too early",
      test: "shows nothing when its audit event",
      from: "destroyed_reason = 'interrupted', ended_at = now(), attempted_from = ${sourceIp}",
      to: "destroyed_reason = 'wrong_passphrase', ended_at = now(), attempted_from = ${sourceIp}",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: loses the source address",
      test: "records the recipient's address",
      from: "attempted_from = ${sourceIp}",
      to: "attempted_from = coalesce('0.0.0.0', ${sourceIp})::inet",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "claim: reports a missing key for an expired secret",
      test: "is not available, as with the key, when its TTL is over",
      from: "y.expires_at > now() AND y.kid <> ALL(",
      to: "y.kid <> ALL(",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: reports a missing key for another vault's secret",
      test: "is not available, as with the key, when the link names another vault",
      from: "AND ${isOfVault(db.sql, vaultId)} AND y.lineage = database_lineage()\n      ) AS",
      to: "AND y.lineage = database_lineage()\n      ) AS",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "claim: reports a missing key for a foreign payload",
      test: "is not available, as with the key, when it was stored in another lineage",
      from: "AND ${isOfVault(db.sql, vaultId)} AND y.lineage = database_lineage()\n      ) AS",
      to: "AND ${isOfVault(db.sql, vaultId)}\n      ) AS",
      in: "secrets/tampered-rows",
    },
    {
      breaks: "availability: forgets the TTL",
      test: "gives every link without a pending secret",
      from: "AND y.expires_at > now() AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      to: "AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      in: "secrets/secret-availability",
    },
    {
      breaks: "availability: finds another vault's secret",
      test: "gives every link without a pending secret",
      from: "AND y.expires_at > now() AND ${isOfVault(db.sql, vaultId)}\n      AND y.lineage",
      to: "AND y.expires_at > now()\n      AND y.lineage",
      in: "secrets/secret-availability",
    },
    {
      breaks: "availability: finds a foreign payload",
      test: "reveals nothing of another lineage",
      from: "${isOfVault(db.sql, vaultId)}\n      AND y.lineage = database_lineage()`",
      to: "${isOfVault(db.sql, vaultId)}`",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "availability: rounds up",
      test: "returns the expiry",
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
      breaks: "settle: only after the time limit",
      test: "shows the value, once",
      from: "AND ended_at > now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE",
      to: "AND ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE",
      in: "secrets/reveal-secret",
    },
    {
      breaks: "settle: without an open attempt",
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
      breaks: "settle: does not lock the attempt",
      test: "is settled once, however many settle it at the same time",
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
      breaks: "interrupted: closes attempts in progress",
      test: "does not close an attempt in progress",
      from: "WHERE attempted_from IS NOT NULL AND ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS})",
      to: "WHERE attempted_from IS NOT NULL AND ${ATTEMPT_SECONDS} = ${ATTEMPT_SECONDS}",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes only attempts in progress",
      test: "does not close an attempt in progress",
      from: "WHERE attempted_from IS NOT NULL AND ended_at <= now()",
      to: "WHERE attempted_from IS NOT NULL AND ended_at > now()",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: closes secrets without an attempt",
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
      breaks: "interrupted: waits for rows locked by another sweep",
      test: "skips rows that another process has locked",
      from: "LIMIT ${limit} FOR UPDATE SKIP LOCKED\n    ), closed",
      to: "LIMIT ${limit} FOR UPDATE\n    ), closed",
      in: "jobs/sweep",
    },
    {
      breaks: "interrupted: does not lock the attempts",
      test: "skips rows that another process has locked",
      from: "LIMIT ${limit} FOR UPDATE SKIP LOCKED\n    ), closed",
      to: "LIMIT ${limit}\n    ), closed",
      in: "jobs/sweep",
    },
  ]),
  ...inFile("secrets/secret-store.ts", [
    {
      breaks: "revoke: a secret past its TTL",
      test: "leaves an expired secret as it is",
      from: "WHERE secret_id = ${secretId} AND expires_at > now() RETURNING secret_id",
      to: "WHERE secret_id = ${secretId} RETURNING secret_id",
      in: "secrets/revoke-secret",
    },
    {
      breaks: "revoke for a retried create: a secret past its TTL",
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
      breaks: "expiry: a minute late",
      test: "removes the payload of every secret past",
      from: "WHERE expires_at <= now()\n      ORDER BY expires_at",
      to: "WHERE expires_at <= now() - interval '1 min'\n      ORDER BY expires_at",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: stores the time of the sweep",
      test: "removes the payload of every secret past",
      from: "SET status = 'expired', ended_at = expires_at",
      to: "SET status = 'expired', ended_at = now()",
      in: "jobs/sweep",
    },
    {
      breaks: "expiry: waits for rows locked by another sweep",
      test: "skips rows that another process has locked",
      from: "ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED",
      to: "ORDER BY expires_at LIMIT ${limit} FOR UPDATE",
      in: "jobs/sweep",
    },
    {
      breaks: "destroy pending: secrets past their TTL",
      test: "a check destroys payloads of another lineage",
      from: "WHERE y.expires_at > now() AND ${isChosen}",
      to: "WHERE ${isChosen}",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: all instead of foreign ones",
      test: "reveals nothing of another lineage",
      from: `(y.lineage COLLATE "C" < database_lineage() OR y.lineage COLLATE "C" > database_lineage())`,
      to: "true",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: no foreign ones whose lineage sorts before",
      test: "a check destroys payloads of another lineage",
      from: `y.lineage COLLATE "C" < database_lineage() OR `,
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "destroy pending: no foreign ones whose lineage sorts after",
      test: "a check destroys payloads of another lineage",
      from: ` OR y.lineage COLLATE "C" > database_lineage()`,
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "find: another vault's secret",
      test: "answers for another vault's secret",
      from: "and(eq(ttlSecrets.id, secretId), eq(projects.vaultId, vaultId))",
      to: "eq(ttlSecrets.id, secretId)",
      in: "secrets/revoke-secret",
    },
    {
      breaks: "retention: a secret with an open attempt",
      test: "stays while the audit event of an attempt",
      from: "make_interval(days => ${days}) AND attempted_from IS NULL",
      to: "make_interval(days => ${days})",
      in: "jobs/retention",
    },
    {
      breaks: "retention: younger secrets",
      test: "is deleted: ended secrets, but",
      from: "WHERE ended_at < now() - make_interval(days => ${days})",
      to: "WHERE ended_at > now() - make_interval(days => ${days})",
      in: "jobs/retention",
    },
  ]),
  ...inFile("secrets/secret-status-store.ts", [
    {
      breaks: "status: an attempt never times out",
      test: "writes the audit event of an interrupted",
      from: "AND ${ttlSecrets.endedAt} > now() - make_interval(secs => ${ATTEMPT_SECONDS}))`",
      to: ")`",
      in: "jobs/sweep",
    },
    {
      breaks: "status: a secret past its TTL stays pending",
      test: "ends an unopened secret at once",
      from: "= 'pending' AND ${ttlSecrets.expiresAt} <= now())`",
      to: "= 'pending' AND ${ttlSecrets.expiresAt} > now())`",
      in: "secrets/reveal-secret",
    },
  ]),
  ...inFile("secrets/secret-list-store.ts", [
    {
      breaks: "a list: of all projects",
      test: "shows the project's secrets and no others",
      from: "and(eq(ttlSecrets.projectId, projectId), isAfter(order, page.after))",
      to: "isAfter(order, page.after)",
      in: "secrets/list-secrets",
    },
    {
      breaks: "a search: in all projects",
      test: "uses the current status",
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
      breaks: "rollback guard: trusts a database with fewer heartbeats",
      test: "reveals nothing that was pending when it went back",
      from: "AND beat >= ${beat} AND",
      to: "AND ${beat} = ${beat} AND",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "rollback guard: trusts a database with fewer transactions",
      test: "is detected: it has had fewer transactions",
      from: "AND ${xid(sql)} >= ${seen.xid}::float8",
      to: "",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "rollback guard: trusts an older generation",
      test: "is detected: it lacks a generation",
      from: "(generation > ${generation}\n",
      to: "(generation <> ${generation}\n",
      in: "secrets/rollback-guard",
    },
    {
      breaks: "rollback guard: compares numbers of another lineage",
      test: "is detected: fewer heartbeats, whatever",
      from: "database_lineage() = ${lineage} AND (generation",
      to: "${lineage} = ${lineage} AND (generation",
      in: "secrets/rollback-guard",
    },
  ]),
];
