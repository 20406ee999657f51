/** PostgreSQL's own load generator, where Debian's is installed. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import type { Database } from "../../api/src/db/client.ts";
import { claim } from "../../api/src/secrets/attempt-store.ts";

const run = promisify(execFile);

const PGBENCH = globSync("/usr/lib/postgresql/*/bin/pgbench").sort().at(-1);

/** Takes a statement's text and parameters from the product itself, so that it is the same whatever becomes of it. */
async function textOfClaim(databaseUrl: string, attempt: Parameters<typeof claim>[1]) {
  const sent: { text: string; parameters: unknown[] }[] = [];
  const sql = postgres(databaseUrl, {
    max: 1,
    fetch_types: false,
    debug: (_connection, text, parameters) => sent.push({ text, parameters }),
  });
  await claim({ sql } as Database, attempt);
  await sql.end();
  const statement = sent.at(-1);
  if (!statement) throw new Error("nothing was sent");
  return statement;
}

interface Claims {
  databaseUrl: string;
  vaultId: string;
  kids: string[];
  concurrency: number;
}

/** Tries it. Returns why it can't be had here, if it can't. */
export async function whyNoPgbench(claims: Claims): Promise<string | undefined> {
  if (PGBENCH === undefined) return "none is installed";
  try {
    await claimsPerSecond(claims);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
  }
}

/** Claims in a round. Not a time: pgbench's includes connecting, which with 64 clients may take all of it. */
const CLAIMS = 2_000;

/**
 * How many claims of unknown tokens a second pgbench brings about, prepared as the driver prepares them, connecting left out.
 *
 * @throws Error with what pgbench said when it has no figure.
 */
export async function claimsPerSecond({
  databaseUrl,
  vaultId,
  kids,
  concurrency,
}: Claims): Promise<{ count: number; perSecond: number }> {
  const tokenHash = Buffer.alloc(32);
  const { text, parameters } = await textOfClaim(databaseUrl, {
    tokenHash,
    vaultId,
    kids,
    sourceIp: "127.0.0.1",
  });
  const script = text.replace(/\$(\d+)/g, (_, n) => {
    const value = parameters[Number(n) - 1];
    return Buffer.isBuffer(value) || value instanceof Uint8Array || String(value).startsWith("\\x")
      ? "sha256(:n::text::bytea)"
      : `'${value}'`;
  });
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-pgbench-"));
  const file = join(folder, "claim.sql");
  await writeFile(file, `\\set n random(1, 1000000000)\n${script.replaceAll(/\s+/g, " ")};\n`);
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  try {
    const { stdout } = await run(
      PGBENCH ?? "",
      [
        "-n",
        "-M",
        "prepared",
        "-c",
        `${concurrency}`,
        "-j",
        "1",
        "-t",
        `${Math.ceil(CLAIMS / concurrency)}`,
        "-f",
        file,
      ],
      {
        env: {
          ...process.env,
          PGHOST: hostname,
          PGPORT: port,
          PGUSER: username,
          PGPASSWORD: password,
          PGDATABASE: pathname.slice(1),
        },
      },
    );
    const count = Number(/number of transactions actually processed: (\d+)/.exec(stdout)?.[1]);
    const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    if (!(count > 0 && perSecond > 0)) throw new Error(`pgbench has no figure:\n${stdout}`);
    return { count, perSecond };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
