import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { freePort } from "../../support/api-process.ts";
import { withParameters } from "./proxies.ts";

/** The user that PgBouncer switches to when it is started as root. */
const AS_ROOT = process.getuid?.() === 0 ? ["-u", "nobody"] : [];

/** Whether PgBouncer is installed. */
export const hasPgBouncer = spawnSync("pgbouncer", ["--version"]).status === 0;

/**
 * Runs the example configuration in front of the database at `databaseUrl`.
 *
 * @returns the URL of the database through PgBouncer, and a function that stops it.
 */
export async function startPgBouncer(
  databaseUrl: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const { hostname, port, pathname, username, password } = new URL(databaseUrl);
  const name = pathname.slice(1);
  const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-pgbouncer-"));
  chmodSync(folder, 0o755);
  const users = join(folder, "userlist.txt");
  writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  const ownPort = await freePort();
  const text = withParameters("pgbouncer.ini", {
    "ttl_secrets = host=db.internal port=5432 dbname=ttl_secrets": `${name} = host=${hostname} port=${port} dbname=${name}`,
    "listen_port = 6432": `listen_port = ${ownPort}`,
    "/etc/pgbouncer/userlist.txt": users,
  });
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, text);
  let output = "";
  const child: ChildProcess = spawn("pgbouncer", [...AS_ROOT, file], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(ownPort);
  for (let waits = 0; !(await answers(url.href)); waits++) {
    if (child.exitCode !== null || waits > 200) throw new Error(`PgBouncer did not start:\n${output}`);
    await pause(50);
  }
  return {
    url: url.href,
    async stop() {
      if (child.exitCode === null) {
        // Stops at once, despite open connections.
        child.kill("SIGQUIT");
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, prepare: false, fetch_types: false, connect_timeout: 5 });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
