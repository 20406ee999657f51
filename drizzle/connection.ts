/**
 * Connection strings and the settings of a session, the same for the server, migrations and `LISTEN`. Whatever a database,
 * a role or a URL sets, our statements must mean the same.
 */
import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import postgres from "postgres";

/** A connection string that can't be used. The message follows the variable's name and repeats no value. */
export class ConnectionStringError extends Error {
  override name = "ConnectionStringError";
}

/**
 * Settings that a pooler in transaction mode tracks for each client: PgBouncer accepts them at connect time and applies
 * them before each transaction.
 */
export const TRACKED_SETTINGS = {
  // The text of times, which `Date` parses.
  DateStyle: "ISO, MDY",
  TimeZone: "UTC",
  standard_conforming_strings: "on",
  client_encoding: "UTF8",
};

/** The other settings that our statements and the driver depend on, apart from timeouts. */
export const SETTINGS = {
  // The text of bytes, which the driver decodes.
  bytea_output: "hex",
  IntervalStyle: "postgres",
  // 1 and more print every digit of a float8. 0 rounds to 15 digits.
  extra_float_digits: "1",
  // Under a stricter level, the settlement of a right passphrase could fail with a serialization error.
  default_transaction_isolation: "read committed",
};

/** Settings of a direct connection alone; behind a pooler another value does no harm, or is compared in another way. */
const DIRECT_SETTINGS = {
  // Where the migrations put the tables, whatever path a role or a database has.
  search_path: "public",
  // A row that a policy hides is an error instead of a secret that is claimed but not marked.
  row_security: "off",
  // A commit that is reported is on disk, whatever is set for others while the server runs.
  synchronous_commit: "on",
};

/** What the text of bytes means under `bytea_output = hex` and `escape`. */
const bytea: postgres.PostgresType<Buffer> = {
  to: 17,
  from: [17],
  serialize: (bytes: Buffer) => `\\x${Buffer.from(bytes).toString("hex")}`,
  parse: (text: string) =>
    text.startsWith("\\x")
      ? Buffer.from(text.slice(2), "hex")
      : Buffer.from(
          text.replace(/\\(\\|[0-3][0-7]{2})/g, (_, code) =>
            code === "\\" ? code : String.fromCharCode(Number.parseInt(code, 8)),
          ),
          "latin1",
        ),
};

/** Parameters of libpq, Prisma, node-postgres and hosts that change nothing here. */
const IGNORED = new Set(
  `client_encoding fallback_application_name gsslib keepalives keepalives_count keepalives_idle keepalives_interval
  krbsrvname load_balance_hosts pool_timeout requiressl socket_timeout sslcertmode sslcompression sslsni
  statement_cache_size supa tcp_user_timeout uselibpqcompat workaround`.split(/\s+/),
);

const USED = new Set(
  `application_name channel_binding connect_timeout connection_limit dbname gssencmode host options password pgbouncer
  port schema ssl sslaccept sslcert sslkey sslmode sslpassword sslrootcert target_session_attrs user`.split(
    /\s+/,
  ),
);

/** Other spellings of `sslmode`: of node-postgres, JDBC and Prisma. */
const SSL_MODES: Record<string, string> = {
  true: "require",
  "1": "require",
  false: "disable",
  "0": "disable",
  "no-verify": "require",
  allow: "prefer",
  strict: "verify-full",
  accept_invalid_certs: "require",
};

/** Options of the driver, apart from the settings of a session. */
type DriverOptions = Omit<postgres.Options<Record<string, postgres.PostgresType>>, "connection" | "max">;

/**
 * The smallest pool that a `connection_limit` can ask for. Sign-up holds one connection while it waits for a second, so
 * with one (which Supabase prints) every sign-up would fail.
 */
const LEAST_CONNECTIONS = 5;

/** What a connection string says. */
interface ConnectionString {
  /** The string without its parameters. */
  url: string;
  options: DriverOptions;
  /** Start-up parameters that the string sets. */
  settings: Record<string, string>;
  /** Prisma's `connection_limit`: the most connections to open; undefined if it says nothing. */
  limit: number | undefined;
  /** Prisma's `pgbouncer=true`: the string leads to a pooler in transaction mode. */
  isPooler: boolean;
}

/**
 * Opens a pool of at most `max` connections. Connects on first use.
 *
 * @param name the `application_name`, unless the connection string sets one.
 * @param settings further start-up parameters. As text, because the driver drops a 0.
 * @param behindPooler whether to send only the settings that a pooler in transaction mode accepts at connect time.
 * @throws ConnectionStringError that names the parameter and says what to do.
 */
export function openConnections(
  text: string,
  session: { name?: string; settings?: Record<string, string>; behindPooler?: boolean },
  { max, ...driver }: DriverOptions & { max: number },
): postgres.Sql {
  const { url, options, settings, limit = max } = parseConnectionString(text);
  const connection: Record<string, string> = {
    application_name: session.name ?? "ttl-secrets",
    ...settings,
    ...TRACKED_SETTINGS,
    ...(!session.behindPooler && { ...SETTINGS, ...DIRECT_SETTINGS }),
    ...session.settings,
  };
  return postgres(url, {
    types: { bytea },
    ...options,
    ...driver,
    max: Math.min(max, Math.max(limit, LEAST_CONNECTIONS)),
    connection,
  }) as postgres.Sql;
}

/**
 * Reads a connection string as libpq, Prisma, Neon, Supabase and Heroku print it. Reads the files that it names.
 *
 * @throws ConnectionStringError that names the parameter and says what to do.
 */
export function parseConnectionString(text: string): ConnectionString {
  const [url = "", query = ""] = text.split(/\?(.*)/s);
  const given = new Map(new URLSearchParams(query));
  for (const name of given.keys()) {
    if (USED.has(name) || IGNORED.has(name)) continue;
    throw problem(
      name,
      "is not supported; remove it, or write a setting of PostgreSQL as options=-c name=value",
    );
  }
  if (given.has("schema") && given.get("schema") !== "public") {
    throw problem("schema", "must be public; use a database of its own");
  }
  const ssl = sslOf(given);
  const target = given.get("target_session_attrs") ?? "any";
  if (!["any", "read-write", "primary"].includes(target)) {
    throw problem("target_session_attrs", "must be read-write or primary: the server must be able to write");
  }
  const [host, database, user, password] = ["host", "dbname", "user", "password"].map((name) =>
    given.get(name),
  );
  const [port, timeout, limit] = ["port", "connect_timeout", "connection_limit"].map((name) =>
    wholeNumber(given, name),
  );
  const [options, name] = ["options", "application_name"].map((key) => given.get(key));
  return {
    url,
    limit: limit || undefined,
    isPooler: given.get("pgbouncer") === "true",
    options: {
      connect_timeout: timeout || 10,
      ...(ssl !== undefined && { ssl }),
      ...(host && { host }),
      ...(port && { port }),
      ...(database && { database }),
      ...(user && { username: user }),
      ...(password && { password }),
      ...(target !== "any" && { target_session_attrs: target as "read-write" | "primary" }),
    },
    settings: {
      // PostgreSQL applies it before the other parameters, so ours win.
      ...(options && { options }),
      ...(name && { application_name: name }),
    },
  };
}

function wholeNumber(given: Map<string, string>, name: string): number | undefined {
  const text = given.get(name);
  if (text !== undefined && !/^\d{1,5}$/.test(text)) throw problem(name, "must be a whole number");
  return text === undefined ? undefined : Number(text);
}

/** The driver's `ssl`; undefined leaves its default, an unencrypted connection. */
function sslOf(given: Map<string, string>): "prefer" | "require" | false | object | undefined {
  if (given.get("gssencmode") === "require")
    throw problem("gssencmode", "is not supported; use TLS: sslmode=verify-full");
  const root = given.get("sslrootcert");
  const text = given.get("sslmode") ?? given.get("ssl") ?? given.get("sslaccept");
  let mode = text && (SSL_MODES[text] ?? text);
  // As libpq: an authority that is named is also used. The driver can't bind channels, which would detect someone in
  // between, so it checks the certificate instead.
  if (root === "system" || given.get("channel_binding") === "require") mode = "verify-full";
  else if (root && mode === "require") mode = "verify-ca";
  if (mode === undefined) return undefined;
  if (mode === "disable") return false;
  if (!["prefer", "require", "verify-ca", "verify-full"].includes(mode)) {
    throw problem("sslmode", "must be disable, prefer, require, verify-ca or verify-full");
  }
  const files: SecureContextOptions = {
    ...(root && root !== "system" && { ca: readPem(given, "sslrootcert") }),
    ...(given.has("sslcert") && { cert: readPem(given, "sslcert") }),
    ...(given.has("sslkey") && { key: readPem(given, "sslkey") }),
    ...(given.has("sslpassword") && { passphrase: given.get("sslpassword") }),
  };
  if (mode === "verify-full") return { ...files, rejectUnauthorized: true };
  if (mode === "verify-ca")
    return { ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  if (mode === "require" && (files.cert || files.key)) return { ...files, rejectUnauthorized: false };
  return mode as "prefer" | "require";
}

function readPem(given: Map<string, string>, name: string): string {
  try {
    const text = readFileSync(given.get(name) ?? "", "utf8");
    if (text.includes("-----BEGIN ")) return text;
  } catch {
    // The message below says it.
  }
  throw problem(name, "must name a PEM file that the server can read");
}

const problem = (name: string, todo: string) =>
  // A name of any length and content could be a password with a “?” that was not percent-encoded.
  new ConnectionStringError(
    /^[a-z_]{2,40}$/i.test(name)
      ? `has the parameter ${name}, which ${todo}`
      : "has a parameter that is not supported; percent-encode special characters of the password",
  );
