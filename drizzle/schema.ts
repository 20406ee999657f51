/**
 * What is stored. `ttl_secrets` holds what may live on; `ttl_secret_payloads` holds what must die.
 * Times are `timestamptz(3)`: a millisecond survives the trip through a JavaScript `Date` unchanged, which
 * keyset cursors and the sealed `expires_at` rely on. Page indexes ascend: pages run newest first by scanning
 * them backwards, which, unlike a `DESC NULLS LAST` index, matches a plain `ORDER BY … DESC`.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  inet,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const createdAt = () => instant("created_at").notNull().defaultNow();
/** For a column that a trigger fills whatever the INSERT says. */
const fromTrigger = () => sql`DEFAULT`;
const updatedAt = () => instant("updated_at").notNull().defaultNow();

/** A person who can sign in. Written by better-auth, as are the four tables after it. */
export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    /** True for the first account made while `SIGN_UP=first`; null for every other one. */
    founder: boolean("founder"),
    /** Since when nobody may sign in with it; a trigger refuses sessions of a disabled account. Null: not disabled. */
    disabledAt: instant("disabled_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    // Two first sign-ups in the same instant: the index lets exactly one of them through.
    uniqueIndex("users_one_founder").on(t.founder).where(sql`${t.founder}`),
  ],
);

/** A signed-in browser. */
export const sessions = pgTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expiresAt: instant("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("sessions_user_id").on(t.userId), index("sessions_expires_at").on(t.expiresAt)],
);

/** How a user proves who they are; here always a password, as an Argon2id hash. */
export const credentials = pgTable(
  "credentials",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("credentials_user_id").on(t.userId)],
);

/** One-time proofs of better-auth (e-mail verification, password reset). */
export const verifications = pgTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("verifications_identifier").on(t.identifier)],
);

/** Request counters of better-auth's rate limiter, shared by all replicas. */
export const authRateLimits = pgTable(
  "auth_rate_limits",
  {
    id: text("id").primaryKey(),
    key: text("key").notNull().unique(),
    count: integer("count").notNull(),
    lastRequest: bigint("last_request", { mode: "number" }).notNull(),
  },
  (t) => [index("auth_rate_limits_last_request").on(t.lastRequest)],
);

/** Request counters of the GraphQL API's rate limits (columns as rate-limiter-flexible names them). */
export const rateLimits = pgTable(
  "rate_limits",
  {
    key: text("key").primaryKey(),
    points: integer("points").notNull(),
    expire: instant("expire"),
  },
  (t) => [index("rate_limits_expire").on(t.expire)],
);

/** A tenant. Its id stands in every link. */
export const vaults = pgTable(
  "vaults",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** The user this vault was made for; unique, so that two first requests cannot make two. */
    personalOf: text("personal_of")
      .unique()
      .references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [check("vaults_id_shape", sql`${t.id} ~ '^vault_[0-9a-z]{16,32}$'`)],
);

/** Who belongs to which vault, and as what. */
export const members = pgTable(
  "members",
  {
    vaultId: text("vault_id")
      .notNull()
      .references(() => vaults.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role", { enum: ["owner", "member"] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.vaultId, t.userId] }),
    index("members_user_id").on(t.userId),
    check("members_role", sql`${t.role} IN ('owner', 'member')`),
  ],
);

/**
 * A credential for programs that act in a vault. A row stays for good, as the record of who made the key and who
 * ended it; the key itself is stored nowhere.
 */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    vaultId: text("vault_id")
      .notNull()
      .references(() => vaults.id, { onDelete: "cascade" }),
    /** What the audit log calls the key; taken for good, so that it means one key only. */
    name: text("name").notNull(),
    /** SHA-256 of the key. */
    keyHash: bytea("key_hash").notNull().unique(),
    scopes: text("scopes", { enum: ["ttl-secrets:create", "ttl-secrets:read"] })
      .array()
      .notNull(),
    /** The only projects it may work with; null: all of the vault, later ones too. A deleted one's id is never used again. */
    projectIds: uuid("project_ids").array(),
    createdAt: createdAt(),
    /** The e-mail of the owner who made it. */
    createdBy: text("created_by").notNull(),
    expiresAt: instant("expires_at").notNull(),
    /** When and from where it was last used, to the minute. */
    lastUsedAt: instant("last_used_at"),
    lastUsedIp: inet("last_used_ip"),
    revokedAt: instant("revoked_at"),
    revokedBy: text("revoked_by"),
  },
  (t) => [
    uniqueIndex("api_keys_name").on(t.vaultId, t.name),
    index("api_keys_page").on(t.vaultId, t.createdAt, t.id),
    check("api_keys_name_length", sql`char_length(${t.name}) BETWEEN 1 AND 200`),
    check("api_keys_key_hash", sql`octet_length(${t.keyHash}) = 32`),
    check(
      "api_keys_scopes",
      sql`cardinality(${t.scopes}) > 0 AND ${t.scopes} <@ ARRAY['ttl-secrets:create', 'ttl-secrets:read']`,
    ),
    // An empty list would mean a key for nothing; null, which means everything, must not be reached by emptying one.
    check(
      "api_keys_project_ids",
      sql`${t.projectIds} IS NULL OR cardinality(${t.projectIds}) BETWEEN 1 AND 100`,
    ),
    check(
      "api_keys_expiry",
      sql`${t.expiresAt} > ${t.createdAt} AND ${t.expiresAt} <= ${t.createdAt} + interval '366 days'`,
    ),
    check("api_keys_last_use", sql`(${t.lastUsedAt} IS NULL) = (${t.lastUsedIp} IS NULL)`),
    check("api_keys_revocation", sql`(${t.revokedAt} IS NULL) = (${t.revokedBy} IS NULL)`),
  ],
);

/** A named group of TTL secrets in a vault. */
export const projects = pgTable(
  "projects",
  {
    id: uuid("id").primaryKey(),
    vaultId: text("vault_id")
      .notNull()
      .references(() => vaults.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index("projects_page").on(t.vaultId, t.createdAt, t.id),
    check("projects_name_length", sql`char_length(${t.name}) BETWEEN 1 AND 200`),
  ],
);

/** The life of a TTL secret, without anything that could open it. */
export const ttlSecrets = pgTable(
  "ttl_secrets",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    status: text("status", { enum: ["pending", "viewed", "destroyed", "expired", "revoked"] }).notNull(),
    destroyedReason: text("destroyed_reason", { enum: ["wrong_passphrase", "interrupted", "unreadable"] }),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
    /** Who made it, as shown to people: the member's e-mail or the API key's name. */
    createdBy: text("created_by").notNull(),
    /**
     * Set by the claim, cleared when the attempt is settled: the source address of an attempt that is under
     * way. A row that still has it later was interrupted, and the sweep writes its audit event from it.
     */
    attemptedFrom: inet("attempted_from"),
    /** When the row last changed; a trigger sees to it, so that a change by hand counts too. */
    changedAt: instant("changed_at").notNull().defaultNow(),
  },
  (t) => [
    index("ttl_secrets_changed").on(t.projectId, t.changedAt, t.id),
    index("ttl_secrets_page").on(t.projectId, t.createdAt, t.id),
    // Collation C, by code point: it never changes with the system's locale data, as an index must not.
    index("ttl_secrets_by_name").on(t.projectId, sql`lower(${t.name}) COLLATE "C"`, t.id),
    index("ttl_secrets_by_expiry").on(t.projectId, t.expiresAt, t.id),
    index("ttl_secrets_pending").on(t.projectId, t.expiresAt).where(sql`${t.status} = 'pending'`),
    index("ttl_secrets_ended_at").on(t.endedAt),
    index("ttl_secrets_open_attempts").on(t.endedAt).where(sql`${t.attemptedFrom} IS NOT NULL`),
    check("ttl_secrets_name_length", sql`char_length(${t.name}) BETWEEN 1 AND 200`),
    check(
      "ttl_secrets_ttl",
      sql`${t.expiresAt} - ${t.createdAt} BETWEEN interval '60 seconds' AND interval '86400 seconds'`,
    ),
    check("ttl_secrets_status", sql`${t.status} IN ('pending', 'viewed', 'destroyed', 'expired', 'revoked')`),
    check("ttl_secrets_ended", sql`(${t.status} = 'pending') = (${t.endedAt} IS NULL)`),
    check(
      "ttl_secrets_reason",
      sql`CASE WHEN ${t.status} = 'destroyed'
            THEN ${t.destroyedReason} IS NOT NULL
             AND ${t.destroyedReason} IN ('wrong_passphrase', 'interrupted', 'unreadable')
            ELSE ${t.destroyedReason} IS NULL END`,
    ),
    check(
      "ttl_secrets_attempt",
      sql`${t.attemptedFrom} IS NULL OR (${t.status} = 'destroyed' AND ${t.destroyedReason} = 'interrupted')`,
    ),
  ],
);

/** Everything needed, besides the passphrase and the server key, to open a pending secret. Gone = destroyed. */
export const ttlSecretPayloads = pgTable(
  "ttl_secret_payloads",
  {
    /** SHA-256 of the token; the token itself is stored nowhere. */
    tokenHash: bytea("token_hash").primaryKey(),
    secretId: uuid("secret_id")
      .notNull()
      .unique()
      .references(() => ttlSecrets.id, { onDelete: "cascade" }),
    /** Version of the sealing format; part of the AAD and of the key derivation. */
    version: smallint("version").notNull(),
    kid: text("kid").notNull(),
    nonce: bytea("nonce").notNull(),
    /** AES-256-GCM ciphertext followed by its 16-byte tag. */
    ciphertext: bytea("ciphertext").notNull(),
    verifier: bytea("verifier").notNull(),
    salt: bytea("salt").notNull(),
    argon2MemoryKib: integer("argon2_memory_kib").notNull(),
    argon2TimeCost: integer("argon2_time_cost").notNull(),
    argon2Parallelism: integer("argon2_parallelism").notNull(),
    expiresAt: instant("expires_at").notNull(),
    /**
     * Where it was stored: server, line of that server's history, database and table. It can be claimed there and
     * nowhere else: not on a standby that was promoted since, and not where a backup was restored.
     */
    lineage: text("lineage").notNull().default(sql`database_lineage()`),
  },
  (t) => [
    index("ttl_secret_payloads_expires_at").on(t.expiresAt),
    // Collation C, as above. Nearly all rows have the same one, so the index is small and the others are found at once.
    index("ttl_secret_payloads_lineage").on(sql`${t.lineage} COLLATE "C"`),
    check("ttl_secret_payloads_token_hash", sql`octet_length(${t.tokenHash}) = 32`),
    check("ttl_secret_payloads_nonce", sql`octet_length(${t.nonce}) = 12`),
    // 1 byte to 64 KiB of value, plus the tag.
    check("ttl_secret_payloads_ciphertext", sql`octet_length(${t.ciphertext}) BETWEEN 17 AND 65552`),
    check("ttl_secret_payloads_verifier", sql`octet_length(${t.verifier}) = 32`),
    check("ttl_secret_payloads_version", sql`${t.version} >= 1`),
    check("ttl_secret_payloads_kid", sql`char_length(${t.kid}) BETWEEN 1 AND 32`),
    // A row's parameters are run as they stand: no row may ask for more than 1 GiB or for minutes.
    check(
      "ttl_secret_payloads_argon2",
      sql`${t.argon2MemoryKib} BETWEEN 8 AND 1048576 AND ${t.argon2TimeCost} BETWEEN 1 AND 16
        AND ${t.argon2Parallelism} BETWEEN 1 AND 16`,
    ),
    check("ttl_secret_payloads_salt", sql`octet_length(${t.salt}) = 16`),
  ],
);

/**
 * Which create a client's idempotency key stands for, so that a retry replaces what the attempt before it made.
 * Holds nothing of the value, not even a hash: that would confirm a guess at it.
 */
export const createAttempts = pgTable(
  "create_attempts",
  {
    /** SHA-256 of caller, project and idempotency key. */
    digest: bytea("digest").primaryKey(),
    /** SHA-256 of what a retry must not change: the name, the TTL, how the value is made. */
    inputDigest: bytea("input_digest").notNull(),
    /** Counts the attempts: only the last one to arrive may store a secret. */
    attempt: integer("attempt").notNull(),
    lastAttemptAt: instant("last_attempt_at").notNull().defaultNow(),
    /** The secret that the last finished attempt made. */
    secretId: uuid("secret_id").references(() => ttlSecrets.id, { onDelete: "cascade" }),
  },
  (t) => [
    index("create_attempts_last_attempt_at").on(t.lastAttemptAt),
    index("create_attempts_secret_id").on(t.secretId),
    check("create_attempts_digest", sql`octet_length(${t.digest}) = 32`),
    check("create_attempts_input_digest", sql`octet_length(${t.inputDigest}) = 32`),
    check("create_attempts_attempt", sql`${t.attempt} >= 1`),
  ],
);

/**
 * What happened, when, and from which address. Append-only: a trigger refuses UPDATE, TRUNCATE, and DELETE of all but
 * what stands before its chain's start.
 * No foreign keys, because events outlive the project and the secret they speak of.
 *
 * Each event is chained to the one before it in its vault: another trigger numbers it and hashes it together with that
 * one's hash. It moves the vault's chain on even where an INSERT then finds the id taken, so: no ON CONFLICT here.
 */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: uuid("id").primaryKey(),
    vaultId: text("vault_id").notNull(),
    projectId: uuid("project_id").notNull(),
    action: text("action", {
      enum: [
        "temporary_secret_create",
        "temporary_secret_viewed",
        "temporary_secret_failed",
        "temporary_secret_revoked",
      ],
    }).notNull(),
    at: instant("at").notNull().defaultNow(),
    sourceIp: inet("source_ip").notNull(),
    /** Who did it, as shown to people; null for a recipient, who is anonymous. */
    actor: text("actor"),
    ttlSecretId: uuid("ttl_secret_id"),
    ttlSecretName: text("ttl_secret_name"),
    /** The event's place in its vault's chain, from 1 without gaps. */
    seq: bigint("seq", { mode: "number" }).notNull().$defaultFn(fromTrigger),
    /** SHA-256 of all other columns and the hash of the event before; `audit_event_hash()` says how. */
    hash: bytea("hash").notNull().$defaultFn(fromTrigger),
  },
  (t) => [
    index("audit_events_page").on(t.vaultId, t.projectId, t.at, t.id),
    index("audit_events_vault_page").on(t.vaultId, t.at, t.id),
    uniqueIndex("audit_events_chain").on(t.vaultId, t.seq),
    check(
      "audit_events_action",
      sql`${t.action} IN ('temporary_secret_create', 'temporary_secret_viewed', 'temporary_secret_failed', 'temporary_secret_revoked')`,
    ),
  ],
);

/**
 * Where each vault's chain of audit events ends. Its row is what makes events of one vault come one after the other;
 * it is locked from an event's INSERT to the end of the transaction, so that INSERT comes last in its transaction.
 */
export const auditChains = pgTable(
  "audit_chains",
  {
    vaultId: text("vault_id").primaryKey(),
    /** How many events there are. */
    length: bigint("length", { mode: "number" }).notNull(),
    /** The hash of the last one. */
    head: bytea("head").notNull(),
  },
  (t) => [
    check("audit_chains_length", sql`${t.length} >= 0`),
    check("audit_chains_head", sql`octet_length(${t.head}) = 32`),
  ],
);

/**
 * Where the chain of a vault starts whose oldest events were removed, because they were older than the operator keeps
 * them: a trigger lets events go that stand before it, and no others. Another sees to it that it moves forwards only, to
 * an event of the chain, and past none of the last 30 days.
 */
export const auditChainStarts = pgTable("audit_chain_starts", {
  vaultId: text("vault_id").primaryKey(),
  /** The place of the last event that was removed. */
  seq: bigint("seq", { mode: "number" }).notNull(),
  /** Its hash, which the first of the others follows. */
  hash: bytea("hash").notNull(),
  movedAt: instant("moved_at").notNull().defaultNow(),
});

/**
 * One row by which processes see that the database went back in time, as when a copy of its files is put in their
 * place: they remember these numbers, and they never get smaller otherwise.
 */
export const databaseWatch = pgTable("database_watch", {
  id: smallint("id").primaryKey(),
  /** Counts the times that was noticed and everything pending destroyed. */
  generation: integer("generation").notNull(),
  /** Counts the looks that processes take, one a minute each. */
  beat: bigint("beat", { mode: "number" }).notNull(),
});
