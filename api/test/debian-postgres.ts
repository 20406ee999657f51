import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { appendFile, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** The programs of the newest PostgreSQL that Debian has installed here, if any. */
const BIN = globSync("/usr/lib/postgresql/*/bin/pg_basebackup")
  .map((path) => path.replace(/\/[^/]*$/, ""))
  .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
  .at(-1);

/** Whether servers of one's own can be made here: PostgreSQL does not run as root, but as Debian's user for it. */
export const hasDebianPostgres = BIN !== undefined && (!isRoot || existsSync("/usr/bin/setpriv"));

/** Runs one of PostgreSQL's programs to its end. */
export async function postgresProgram(program: string, ...args: string[]): Promise<string> {
  const command = [join(BIN ?? "", program), ...args];
  const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  const [first = "", ...rest] = isRoot ? [...asPostgres, ...command] : command;
  // A server started by it must not keep our pipes open.
  const { stdout } = await run(first, rest, { cwd: "/", env: { PATH: process.env.PATH, LC_ALL: "C" } });
  return stdout;
}

/** A server of its own in a folder of its own, which can be stopped, copied and started again. */
export class DebianServer {
  readonly folder: string;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * A new server, started.
   *
   * @param place the folder that its own is made in.
   * @param initdb further arguments of that program.
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
   * A base backup of `primary` as it is now, to be started as a server of its own: as the files are, or recovered from
   * an archive (which has nothing to add), and so with a history of its own from then on.
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

  /** Whether its first process is there; it may be recovering and not answer yet. */
  async isRunning(): Promise<boolean> {
    return postgresProgram("pg_ctl", "-D", this.data, "status").then(
      () => true,
      () => false,
    );
  }

  async promote(): Promise<void> {
    await postgresProgram("pg_ctl", "-D", this.data, "-w", "promote");
  }

  /** Copies the files of the stopped server. @returns what puts the copy in their place. */
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
