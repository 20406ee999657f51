import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { appendFile, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** Path of the programs of the newest PostgreSQL that Debian installed here, if any. */
const BIN = globSync("/usr/lib/postgresql/*/bin/pg_basebackup")
  .map((path) => path.replace(/\/[^/]*$/, ""))
  .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
  .at(-1);

/** Whether tests can run their own servers here. PostgreSQL refuses root, so root needs Debian's user `postgres`. */
export const hasDebianPostgres = BIN !== undefined && (!isRoot || existsSync("/usr/bin/setpriv"));

/** Runs one of PostgreSQL's programs and waits for it. */
export async function postgresProgram(program: string, ...args: string[]): Promise<string> {
  const command = [join(BIN ?? "", program), ...args];
  const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  const [first = "", ...rest] = isRoot ? [...asPostgres, ...command] : command;
  // A server started by it must not keep our pipes open.
  const { stdout } = await run(first, rest, { cwd: "/", env: { PATH: process.env.PATH, LC_ALL: "C" } });
  return stdout;
}

/** A server with its own folder, which can be stopped, copied and restarted. */
export class DebianServer {
  readonly folder: string;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * Creates and starts a server.
   *
   * @param place the parent of its folder.
   * @param initdb more arguments of `initdb`.
   */
  static async create(
    settings: Record<string, string> = {},
    { place = tmpdir(), initdb = [] }: { place?: string; initdb?: string[] } = {},
  ): Promise<DebianServer> {
    const server = new DebianServer(await newFolder(place), await freePort());
    await postgresProgram(
      "initdb",
      "-D",
      server.data,
      "-U",
      "ttl",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--no-locale",
      "-N",
      ...initdb,
    );
    await server.configure({ fsync: "on", ...settings });
    await server.start();
    return server;
  }

  /** A standby that streams from `primary`, started. */
  static async standbyOf(primary: DebianServer): Promise<DebianServer> {
    const standby = await DebianServer.#backupOf(primary, "-R");
    await standby.start();
    return standby;
  }

  /**
   * A base backup of `primary`, to be started as a separate server: from its files alone, or recovered from an (empty)
   * archive, which starts a new timeline.
   */
  static async restoredFrom(
    primary: DebianServer,
    { isRecovered }: { isRecovered: boolean },
  ): Promise<DebianServer> {
    const restored = await DebianServer.#backupOf(primary);
    if (!isRecovered) return restored;
    await restored.configure({ restore_command: "false" });
    await writeFile(join(restored.data, "recovery.signal"), "");
    return restored;
  }

  static async #backupOf(primary: DebianServer, ...args: string[]): Promise<DebianServer> {
    const copy = new DebianServer(await newFolder(tmpdir()), await freePort());
    await postgresProgram(
      "pg_basebackup",
      "-D",
      copy.data,
      "-d",
      primary.url,
      "-c",
      "fast",
      "-X",
      "stream",
      "-N",
      ...args,
    );
    await copy.configure({});
    return copy;
  }

  get data(): string {
    return join(this.folder, "data");
  }

  get url(): string {
    return `postgres://ttl@127.0.0.1:${this.port}/postgres`;
  }

  async configure(settings: Record<string, string>): Promise<void> {
    const all = {
      port: String(this.port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = '${value}'\n`);
    await appendFile(join(this.data, "postgresql.auto.conf"), lines.join(""));
  }

  async start(): Promise<void> {
    await postgresProgram(
      "pg_ctl",
      "-D",
      this.data,
      "-l",
      join(this.folder, "log"),
      "-w",
      "-t",
      "60",
      "start",
    );
  }

  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    await postgresProgram("pg_ctl", "-D", this.data, "-m", mode, "-w", "stop");
  }

  /** Whether its postmaster runs. It may still be recovering and refuse connections. */
  async isRunning(): Promise<boolean> {
    return postgresProgram("pg_ctl", "-D", this.data, "status").then(
      () => true,
      () => false,
    );
  }

  async promote(): Promise<void> {
    await postgresProgram("pg_ctl", "-D", this.data, "-w", "promote");
  }

  /** Copies the files of the stopped server. @returns a function that restores the copy. */
  async copyFiles(): Promise<() => Promise<void>> {
    const copy = join(this.folder, "copy");
    await run("cp", ["-a", this.data, copy]);
    return async () => {
      await rm(this.data, { recursive: true });
      await run("cp", ["-a", copy, this.data]);
    };
  }

  async remove(): Promise<void> {
    await this.stop("immediate").catch(() => {});
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function newFolder(place: string): Promise<string> {
  const folder = await mkdtemp(join(place, "ttl-secrets-postgres-"));
  if (isRoot) await run("chown", ["postgres:", folder]);
  await chmod(folder, 0o700);
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
