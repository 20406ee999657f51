/** PostgreSQL's load generator, if Debian's package is installed. */
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

/** Text and parameters of the claim, recorded from the product, so that they never differ from it. */
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
  if (!statement) throw new Error("the product sent no statement");
  return statement;
}

interface Claims {
  databaseUrl: string;
  vaultId: string;
  kids: string[];
  concurrency: number;
}

/** Why pgbench can't run here; undefined if it can. */
export async function whyNoPgbench(claims: Claims): Promise<string | undefined> {
  if (PGBENCH === undefined) return "not installed";
  try {
    await claimsPerSecond(claims);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
  }
}

/** Claims per round. A duration would include connecting, which may take all of it with 64 clients. */
const CLAIMS = 2_000;

/**
 * Claims of unknown tokens per second by pgbench, prepared as the driver prepares them, without the time to connect.
 *
 * @throws Error with pgbench's output if it reports no result.
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
    seen: undefined,
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
    if (!(count > 0 && perSecond > 0)) throw new Error(`pgbench reported no result:\n${stdout}`);
    return { count, perSecond };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
