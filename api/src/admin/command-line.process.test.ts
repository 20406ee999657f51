import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { createSecret, createSender } from "../../test/factories.ts";

const db = useDatabase();

/** The bundle that `pnpm build` makes of the command line. */
const ADMIN = fileURLToPath(new URL("../../dist/admin.js", import.meta.url));

const KEY = randomBytes(32).toString("base64");

/** Environment of an installation on this suite's database. */
const env = (changes: Record<string, string> = {}) => ({
  DATABASE_URL: db.current.url,
  ENCRYPTION_KEYS: `k1:${KEY}`,
  AUTH_SECRET: randomBytes(32).toString("base64"),
  ...changes,
});

/** Runs the command line in a process of its own. */
function admin(args: string[], settings: Record<string, string> = env()) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...settings } };
    execFile(process.execPath, [ADMIN, ...args], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "ttl-secrets-admin-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("the command line", () => {
  it("lists its commands and exits with 0", async () => {
    const { code, stdout } = await admin(["--help"], {});
    expect(code).toBe(0);
    for (const name of [
      "verify-audit",
      "rotate-key",
      "destroy-pending",
      "sweep-now",
      "create-account",
      "disable-account",
      "enable-account",
      "reset-password",
      "list-vaults",
      "backup-advice",
      "doctor",
    ]) {
      expect(stdout).toContain(`  ${name} `);
    }
  });

  it.each([
    ["no command", []],
    ["an unknown command", ["burn"]],
    ["an unknown option", ["list-vaults", "--all"]],
    ["a missing option", ["create-account", "--email", "a@example.com"]],
  ])("exits with 2 for %s and changes nothing", async (_what, args) => {
    const { code, stdout } = await admin(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("exits with 2 and reports every problem of an invalid configuration, without repeating its values", async () => {
    const { code, stderr } = await admin(["list-vaults"], {
      DATABASE_URL: "canary",
      ENCRYPTION_KEYS: "canary",
    });
    expect(code).toBe(2);
    expect(stderr).toContain("DATABASE_URL must be");
    expect(stderr).not.toContain("canary");
  });

  it("reads settings from a file as systemd does, and then none from the environment", async () => {
    const path = join(await folder(), "env");
    const { DATABASE_URL = "", ENCRYPTION_KEYS, AUTH_SECRET } = env();
    const lines = [`DATABASE_URL="${DATABASE_URL}"`, `ENCRYPTION_KEYS=${ENCRYPTION_KEYS}`, "# SIGN_UP=open"];
    await writeFile(path, `${lines.join("\n")}\nAUTH_SECRET='${AUTH_SECRET}'\n`);
    const elsewhere = { DATABASE_URL: "canary", ENCRYPTION_KEYS_FILE: "/nowhere" };
    for (const args of [
      ["--settings", path, "list-vaults", "--json"],
      ["list-vaults", "--settings", path, "--json"],
    ]) {
      const { code, stdout } = await admin(args, elsewhere);
      expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 0, vaults: expect.any(Array) });
    }
    const missing = await admin(["list-vaults", "--settings", `${path}-away`], env());
    expect(missing).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("can't be read") });
  });

  it("exits with 1 when the database is unreachable, and says what to do", async () => {
    const { code, stderr } = await admin(
      ["sweep-now"],
      env({ DATABASE_URL: "postgres://u:canary@127.0.0.1:1/x" }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain("Nothing answers at the address in DATABASE_URL");
    expect(stderr).not.toContain("canary");
  });

  it.each([["list-vaults"], ["--help"], ["verify-audit"]])(
    "ends without a complaint when the reader of its output has seen enough: %s",
    async (name) => {
      const child = spawn(process.execPath, [ADMIN, name], { env: { PATH: process.env.PATH, ...env() } });
      child.stdout.destroy();
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
      expect(await once(child, "close")).toEqual([0, null]);
      expect(stderr).toBe("");
    },
  );

  it.runIf(existsSync("/dev/full"))(
    "exits with 1 and says why when its output can't be written",
    async () => {
      const full = openSync("/dev/full", "w");
      onTestFinished(() => closeSync(full));
      const child = spawn(process.execPath, [ADMIN, "list-vaults"], {
        env: { PATH: process.env.PATH, ...env() },
        stdio: ["ignore", full, "pipe"],
      });
      let stderr = "";
      child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk));
      expect(await once(child, "close")).toEqual([1, null]);
      expect(stderr).toBe("The output can't be written (ENOSPC).\n");
    },
  );

  it("exits with 1 for a tampered audit log and with 0 for an intact one, in JSON on request", async () => {
    const { url, remove } = await createDatabase("template1");
    onTestFinished(() => remove());
    const untouched = await admin(["verify-audit", "--json"], env({ DATABASE_URL: url }));
    expect(untouched).toMatchObject({ code: 1, stdout: "" });
    expect(untouched.stderr).toContain("Start the server once");

    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await createSecret(app, sender);
    const intact = await admin(["verify-audit", "--json", "--vault", sender.vaultId]);
    expect(intact.code).toBe(0);
    expect(JSON.parse(intact.stdout)).toMatchObject({
      ok: true,
      vaults: [{ vaultId: sender.vaultId, length: 1, problems: [] }],
    });
    await db.current.sql.begin(async (sql) => {
      await sql`ALTER TABLE audit_events DISABLE TRIGGER USER`;
      await sql`UPDATE audit_events SET source_ip = '192.0.2.66' WHERE vault_id = ${sender.vaultId}`;
      await sql`ALTER TABLE audit_events ENABLE TRIGGER USER`;
    });
    const broken = await admin(["verify-audit"]);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain("event 1 does not follow");
  });

  it("needs no database for backup-advice, and prints no secret", async () => {
    const settings = env({ DATABASE_URL: "postgres://u:canary@127.0.0.1:1/x" });
    const { code, stdout, stderr } = await admin(["backup-advice", "--json"], settings);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ embedded: false, restore: expect.any(Array) });
    for (const secret of ["canary", KEY, settings.AUTH_SECRET]) expect(stdout + stderr).not.toContain(secret);
  });
});
