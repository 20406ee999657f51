/**
 * The database schema. `ttl_secrets` keeps the record of a secret; `ttl_secret_payloads` keeps what opens it and is
 * deleted to destroy it.
 *
 * Times are `timestamptz(3)`, because a JavaScript `Date` has millisecond precision: keyset cursors and the sealed
 * `expires_at` must survive the round trip unchanged. Page indexes ascend and are scanned backwards for newest first;
 * unlike a `DESC NULLS LAST` index, that matches a plain `ORDER BY … DESC`.
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
/** Default of a column that a trigger always sets, whatever the INSERT says. */
const fromTrigger = () => sql`DEFAULT`;
const updatedAt = () => instant("updated_at").notNull().defaultNow();

/** A person who can sign in. better-auth writes this table and the four after it. */
export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    /** True for the first account created under `SIGN_UP=first`; null for every other account. */
    founder: boolean("founder"),
    /** When the account was disabled; null if it is enabled. A trigger refuses sessions of a disabled account. */
    disabledAt: instant("disabled_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    // Of two simultaneous first sign-ups, the index accepts exactly one.
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

/** How a user authenticates; here always a password, stored as an Argon2id hash. */
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

/** One-time tokens of better-auth (email verification, password reset). */
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

/** Counters of better-auth's rate limiter, which only the previous release writes: sign-ins are counted in `rate_limits` now. */
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

/** Counters of the rate limits, shared by all replicas. rate-limiter-flexible defines the column names. */
export const rateLimits = pgTable(
  "rate_limits",
  {
    key: text("key").primaryKey(),
    points: integer("points").notNull(),
    expire: instant("expire"),
  },
  (t) => [index("rate_limits_expire").on(t.expire)],
);

/** A tenant. Every link contains its id. */
export const vaults = pgTable(
  "vaults",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** The user this vault was created for. Unique, so that two simultaneous first requests can't create two. */
    personalOf: text("personal_of")
      .unique()
      .references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [check("vaults_id_shape", sql`${t.id} ~ '^vault_[0-9a-z]{16,32}$'`)],
);

/** Membership of users in vaults, with their role. */
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
 * A credential for programs that act in a vault. Rows are never deleted: they record who created and who revoked the
 * key. The key itself is not stored.
 */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    vaultId: text("vault_id")
      .notNull()
      .references(() => vaults.id, { onDelete: "cascade" }),
    /** Name of the key in the audit log. Never reused in the vault, so that it always means the same key. */
    name: text("name").notNull(),
    /** SHA-256 of the key. */
    keyHash: bytea("key_hash").notNull().unique(),
    scopes: text("scopes", { enum: ["ttl-secrets:create", "ttl-secrets:read"] })
      .array()
      .notNull(),
    /** The only projects the key may use; null: all of the vault, future ones included. Project ids are never reused. */
    projectIds: uuid("project_ids").array(),
    createdAt: createdAt(),
    /** Email address of the owner who created it. */
    createdBy: text("created_by").notNull(),
    expiresAt: instant("expires_at").notNull(),
    /** Time (to the minute) and source address of the last use. */
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
    // An empty list is refused: the key would be useless, and code that reads it as null would grant every project.
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

/** The record of a TTL secret: its name, status and times, and nothing that could open it. */
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
    /** Creator as displayed: the member's email address or the API key's name. */
    createdBy: text("created_by").notNull(),
    /**
     * Source address of the attempt in progress. The claim sets it and the settlement clears it. If it is still set
     * when the attempt's time is over, the attempt was interrupted, and the sweep writes the audit event from it.
     */
    attemptedFrom: inet("attempted_from"),
    /** When the row last changed. A trigger sets it, so that manual changes count too. */
    changedAt: instant("changed_at").notNull().defaultNow(),
  },
  (t) => [
    index("ttl_secrets_changed").on(t.projectId, t.changedAt, t.id),
    index("ttl_secrets_page").on(t.projectId, t.createdAt, t.id),
    // Collation C (by code point) does not depend on the system's locale data, whose updates would corrupt the index.
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

/**
 * What opens a pending secret, together with the passphrase and the server key. Deleting the row destroys the secret.
 */
export const ttlSecretPayloads = pgTable(
  "ttl_secret_payloads",
  {
    /** SHA-256 of the token. The token itself is not stored. */
    tokenHash: bytea("token_hash").primaryKey(),
    secretId: uuid("secret_id")
      .notNull()
      .unique()
      .references(() => ttlSecrets.id, { onDelete: "cascade" }),
    /** Version of the sealing format. Part of the AAD and of the key derivation. */
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
     * Where the row was stored: server, timeline, database and table. It can only be claimed there, and not on a
     * standby promoted later or in a restored backup.
     */
    lineage: text("lineage").notNull().default(sql`database_lineage()`),
  },
  (t) => [
    index("ttl_secret_payloads_expires_at").on(t.expiresAt),
    // Collation C, as above. Nearly all rows share one lineage, so the index is small and finds the others immediately.
    index("ttl_secret_payloads_lineage").on(sql`${t.lineage} COLLATE "C"`),
    check("ttl_secret_payloads_token_hash", sql`octet_length(${t.tokenHash}) = 32`),
    check("ttl_secret_payloads_nonce", sql`octet_length(${t.nonce}) = 12`),
    // 1 byte to 64 KiB of value, plus the tag.
    check("ttl_secret_payloads_ciphertext", sql`octet_length(${t.ciphertext}) BETWEEN 17 AND 65552`),
    check("ttl_secret_payloads_verifier", sql`octet_length(${t.verifier}) = 32`),
    check("ttl_secret_payloads_version", sql`${t.version} >= 1`),
    check("ttl_secret_payloads_kid", sql`char_length(${t.kid}) BETWEEN 1 AND 32`),
    // An attempt runs with the row's parameters as stored, so no row may ask for more than 1 GiB or for minutes.
    check(
      "ttl_secret_payloads_argon2",
      sql`${t.argon2MemoryKib} BETWEEN 8 AND 1048576 AND ${t.argon2TimeCost} BETWEEN 1 AND 16
        AND ${t.argon2Parallelism} BETWEEN 1 AND 16`,
    ),
    check("ttl_secret_payloads_salt", sql`octet_length(${t.salt}) = 16`),
  ],
);

/**
 * The server keys that were used with this database, so that no server uses another key under the same kid. Holds nothing
 * from which a key could be found. Rows stay after their key was dropped, because a kid must never mean another key; with
 * daily rotation that is a row of some 100 bytes a day.
 */
export const serverKeys = pgTable(
  "server_keys",
  {
    kid: text("kid").primaryKey(),
    /** `keyCheckValue()` of the key. */
    checkValue: bytea("check_value").notNull(),
    createdAt: createdAt(),
  },
  (t) => [check("server_keys_check_value", sql`octet_length(${t.checkValue}) = 32`)],
);

/**
 * Idempotency keys of `createTtlSecret`: a retry with the same key supersedes the secret of the request before it.
 * Holds nothing of the value, not even a hash, which would confirm a guess. (The table's name predates the term
 * "idempotency"; elsewhere "attempt" means a recipient's attempt.)
 */
export const createAttempts = pgTable(
  "create_attempts",
  {
    /** SHA-256 of principal, project and idempotency key. */
    digest: bytea("digest").primaryKey(),
    /** SHA-256 of what a retry must repeat: the name, the TTL, and how the value is made. */
    inputDigest: bytea("input_digest").notNull(),
    /** Number of requests with this key. Only the last one to arrive may store a secret. */
    attempt: integer("attempt").notNull(),
    lastAttemptAt: instant("last_attempt_at").notNull().defaultNow(),
    /** Secret stored by the last request that finished. */
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
 * The audit log: what happened, when, and from which address. Append-only: a trigger refuses UPDATE, TRUNCATE, and
 * DELETE except of events before the start of the vault's chain. No foreign keys, because events outlive their project
 * and secret.
 *
 * Events of a vault form a hash chain: a second trigger numbers each event and hashes it together with the hash of the
 * previous one. The trigger extends the chain before PostgreSQL detects a duplicate id, so never use ON CONFLICT here.
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
        "project_deleted",
      ],
    }).notNull(),
    at: instant("at").notNull().defaultNow(),
    sourceIp: inet("source_ip").notNull(),
    /** Who did it, as displayed; null for a recipient, who is anonymous. */
    actor: text("actor"),
    ttlSecretId: uuid("ttl_secret_id"),
    ttlSecretName: text("ttl_secret_name"),
    /** Position in the vault's chain, from 1 without gaps. */
    seq: bigint("seq", { mode: "number" }).notNull().$defaultFn(fromTrigger),
    /** SHA-256 of all other columns and the previous event's hash, computed by `audit_event_hash()`. */
    hash: bytea("hash").notNull().$defaultFn(fromTrigger),
    /**
     * What the event says beyond its columns, such as why an attempt failed: a JSON object, or null. Text and not
     * `jsonb`, because it is hashed byte for byte.
     */
    details: text("details"),
  },
  (t) => [
    index("audit_events_page").on(t.vaultId, t.projectId, t.at, t.id),
    index("audit_events_vault_page").on(t.vaultId, t.at, t.id),
    uniqueIndex("audit_events_chain").on(t.vaultId, t.seq),
    // The event that ended a secret, of which there is at most one.
    index("audit_events_endings")
      .on(t.vaultId, t.ttlSecretId)
      .where(sql`${t.action} IN ('temporary_secret_viewed', 'temporary_secret_failed')`),
    check(
      "audit_events_action",
      sql`${t.action} IN ('temporary_secret_create', 'temporary_secret_viewed', 'temporary_secret_failed', 'temporary_secret_revoked', 'project_deleted')`,
    ),
  ],
);

/**
 * The end of each vault's audit chain. Its row serialises the events of one vault: it is locked from an event's INSERT
 * to the end of the transaction, so make that INSERT the last statement.
 */
export const auditChains = pgTable(
  "audit_chains",
  {
    vaultId: text("vault_id").primaryKey(),
    /** Number of events. */
    length: bigint("length", { mode: "number" }).notNull(),
    /** Hash of the last event. */
    head: bytea("head").notNull(),
  },
  (t) => [
    check("audit_chains_length", sql`${t.length} >= 0`),
    check("audit_chains_head", sql`octet_length(${t.head}) = 32`),
  ],
);

/**
 * The start of a vault's audit chain after retention removed its oldest events. One trigger allows DELETE only of events
 * before it. Another lets it move only forwards, only to an event of the chain, and not into the last 30 days.
 */
export const auditChainStarts = pgTable("audit_chain_starts", {
  vaultId: text("vault_id").primaryKey(),
  /** Position of the last removed event. */
  seq: bigint("seq", { mode: "number" }).notNull(),
  /** Hash of the last removed event, which the first remaining event is chained to. */
  hash: bytea("hash").notNull(),
  movedAt: instant("moved_at").notNull().defaultNow(),
});

/**
 * The rollback guard's row. Its numbers only grow, and processes remember the highest they saw, so they notice when the
 * database went back in time, for example because a copy of its files was restored.
 */
export const databaseWatch = pgTable("database_watch", {
  id: smallint("id").primaryKey(),
  /** How often a rollback was noticed and everything pending destroyed. */
  generation: integer("generation").notNull(),
  /** Heartbeats: each process adds one a minute. */
  beat: bigint("beat", { mode: "number" }).notNull(),
});
