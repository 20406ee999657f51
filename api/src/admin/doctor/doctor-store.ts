import type { Database } from "../../db/client.ts";
import { ACCEPT_UNSYNCED } from "../../db/durability.ts";

/** The database server's version and settings. */
export interface Vitals {
  version: string;
  /** Major version, such as 17. */
  major: number;
  encoding: string;
  /** Whether this connection is encrypted. */
  isEncrypted: boolean;
  /** Whether this connection stays on the machine; then it need not be encrypted. */
  isLocal: boolean;
  fsync: string;
  fullPageWrites: string;
  /** Whether the operator accepts that one of these two is off. */
  acceptsUnsynced: boolean;
  /** Whether the server's log may contain the values of parameters. */
  logsParameters: boolean;
  /** Its clock, in ms since 1970. */
  nowMs: number;
}

/** One query, so that its round trip bounds the clock's error. */
export async function readVitals({ sql }: Pick<Database, "sql">): Promise<Vitals> {
  const [vitals] = await sql<[Vitals]>`
    SELECT current_setting('server_version') AS version,
      current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
      coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS "isEncrypted",
      -- Null for a Unix socket.
      coalesce(inet_client_addr() = inet_server_addr(), true) AS "isLocal",
      current_setting('fsync') AS fsync, current_setting('full_page_writes') AS "fullPageWrites",
      current_setting(${ACCEPT_UNSYNCED}, true) IS NOT DISTINCT FROM 'on' AS "acceptsUnsynced",
      (current_setting('log_statement') <> 'none' OR current_setting('log_min_duration_statement') <> '-1')
          AND current_setting('log_parameter_max_length') <> '0'
        OR current_setting('log_parameter_max_length_on_error') <> '0' AS "logsParameters",
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`;
  return vitals;
}

/** Counts over the stored secrets that show whether servers run their jobs. */
export interface SecretVitals {
  /** Seconds since the oldest expired payload should have been swept; null if there is none. */
  sweepLagSeconds: number | null;
  /** Number of pending secrets that were stored before a failover or a restore. */
  strays: number;
}

export async function readSecretVitals({ sql }: Pick<Database, "sql">): Promise<SecretVitals> {
  const [vitals] = await sql<[SecretVitals]>`
    SELECT extract(epoch FROM now() - min(expires_at) FILTER (WHERE expires_at <= now()))::float8 AS "sweepLagSeconds",
      (count(*) FILTER (WHERE expires_at > now() AND lineage <> (SELECT database_lineage())))::int AS strays
    FROM ttl_secret_payloads`;
  return vitals;
}
