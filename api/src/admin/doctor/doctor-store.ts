import type { Database } from "../../db/client.ts";

/** What the database says about itself. */
export interface Vitals {
  version: string;
  /** Of its major version, such as 17. */
  major: number;
  encoding: string;
  /** Whether this connection is encrypted; one that doesn't leave the machine need not be. */
  isEncrypted: boolean;
  isLocal: boolean;
  synchronousCommit: string;
  synchronousStandbys: string;
  fsync: string;
  fullPageWrites: string;
  /** Settings by which values of parameters would get into the server's log. */
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
      -- No addresses: a socket in the file system.
      coalesce(inet_client_addr() = inet_server_addr(), true) AS "isLocal",
      current_setting('synchronous_commit') AS "synchronousCommit",
      current_setting('synchronous_standby_names') AS "synchronousStandbys", current_setting('fsync') AS fsync,
      current_setting('full_page_writes') AS "fullPageWrites",
      (current_setting('log_statement') <> 'none' OR current_setting('log_min_duration_statement') <> '-1')
          AND current_setting('log_parameter_max_length') <> '0'
        OR current_setting('log_parameter_max_length_on_error') <> '0' AS "logsParameters",
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`;
  return vitals;
}

/** What the stored secrets say about the servers that should look after them. */
export interface SecretVitals {
  /** How long the longest expired payload has been waiting for a sweep, in seconds; null when none is. */
  sweepLagSeconds: number | null;
  /** Pending secrets that were stored before a failover or a restore. */
  strays: number;
}

export async function readSecretVitals({ sql }: Pick<Database, "sql">): Promise<SecretVitals> {
  const [vitals] = await sql<[SecretVitals]>`
    SELECT extract(epoch FROM now() - min(expires_at) FILTER (WHERE expires_at <= now()))::float8 AS "sweepLagSeconds",
      (count(*) FILTER (WHERE expires_at > now() AND lineage <> (SELECT database_lineage())))::int AS strays
    FROM ttl_secret_payloads`;
  return vitals;
}
