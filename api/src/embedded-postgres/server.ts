import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { COMMAND_ENV, type SystemUser } from "./command.ts";
import {
  FAST_STOP_SECONDS,
  IMMEDIATE_STOP_SECONDS,
  POLL_MS,
  readPostmaster,
  serverArguments,
  stopOrphan,
} from "./postmaster.ts";

/** How a server exited that was not stopped. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines of its log. */
  log: string;
}

/** A running PostgreSQL that is a child of this process. */
export interface Server {
  port: number;
  /** Resolves if the server exits without `stop()`; else never. */
  exited: Promise<ServerExit>;
  /** Stops the server and resolves when it is gone. Every call returns the same promise. */
  stop(): Promise<void>;
}

/** Seconds until a server must accept connections. After a crash it first replays its log, at most `max_wal_size`. */
const READY_SECONDS = 300;

/** Characters of the server's log to keep. */
const KEPT_LOG = 8_000;

/**
 * Transient reasons for a failed start: another process has taken the port; the children of a killed postmaster have not
 * exited yet; an app that was just killed had just started a server. (The messages are those of
 * pqcomm.c, sysv_shmem.c and miscinit.c in PostgreSQL.)
 */
const TRANSIENT =
  /could not create any TCP\/IP sockets|pre-existing shared memory block|lock file "postmaster.pid" already exists/;

/** Seconds to retry after such a failure. */
const RETRY_SECONDS = 20;

/** Settings that differ from PostgreSQL's defaults. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "32MB",
  max_wal_size: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  // The log must never repeat the content of a statement. So it has no statements and no parameters, and no errors of
  // statements ("log" outranks "error"), which quote the failing value, and whole rows in their details. The app receives
  // each such error anyway.
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_error_statement: "panic",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_min_messages: "log",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
  log_destination: "stderr",
  logging_collector: "off",
};

export interface ServerOptions {
  binaries: Binaries;
  cluster: string;
  user: SystemUser | undefined;
  /** Override the defaults above. */
  settings: Record<string, string>;
  onProgress: (line: string) => void;
}

/**
 * Starts the server on a free port of 127.0.0.1 and waits until it accepts connections. Stops a server that is already
 * running on the cluster: the caller holds the lock.
 *
 * @param findPort returns the port to try.
 * @throws Error with the last lines of its log if it exits, or is not ready after five minutes.
 */
export async function startServer(options: ServerOptions, findPort = findFreePort): Promise<Server> {
  const deadline = Date.now() + RETRY_SECONDS * 1000;
  for (;;) {
    const stalePid = await stopOrphan(options.cluster, options.onProgress);
    const server = launch(options, stalePid, await findPort());
    const failure = await server.failure();
    if (failure === undefined) return server;
    if (!TRANSIENT.test(failure) || Date.now() >= deadline) {
      throw new Error(`The database server did not start:\n${failure}`);
    }
    await setTimeout(100);
  }
}

function launch(
  options: ServerOptions,
  stalePid: number | undefined,
  port: number,
): Server & { failure(): Promise<string | undefined> } {
  const { binaries, cluster, user } = options;
  const settings = Object.entries({ ...SETTINGS, ...options.settings });
  const child = spawn(
    binaries.postgres,
    [
      ...serverArguments(cluster),
      "-p",
      String(port),
      ...settings.flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    ],
    {
      ...(user && { uid: user.uid, gid: user.gid }),
      cwd: "/",
      // PostgreSQL takes a live process named in postmaster.pid for another server, unless it is the grandparent named here.
      // Unlike deleting the file, this keeps its check for lingering children, whose shared memory the file names.
      env: { ...COMMAND_ENV, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
      stdio: ["ignore", "ignore", "pipe"],
      // A session of its own, so that Ctrl-C in a terminal reaches only the app, which then stops the server in order.
      detached: true,
    },
  );

  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-KEPT_LOG);
  });
  const ended = exitOf(child, () => log.trim());

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end(child, ended);
    return stopping;
  };
  return {
    port,
    exited: new Promise((resolve) => {
      void ended.then((exit) => stopping === undefined && resolve(exit));
    }),
    stop,
    /** Resolves to undefined when the server is ready, else to the reason why it failed. */
    async failure() {
      let exit: ServerExit | undefined;
      void ended.then((value) => {
        exit = value;
      });
      const deadline = Date.now() + READY_SECONDS * 1000;
      while (exit === undefined && Date.now() < deadline) {
        const postmaster = await readPostmaster(cluster);
        if (postmaster?.pid === child.pid && postmaster?.ready) return undefined;
        await setTimeout(POLL_MS);
      }
      if (exit) return exit.log || `It exited with ${exit.signal ?? `code ${exit.code}`} and no output.`;
      await stop();
      return `It was not ready after ${READY_SECONDS} seconds.\n${log.trim()}`;
    },
  };
}

/** Resolves when the child has exited, or could not be started. */
function exitOf(child: ChildProcess, log: () => string): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, log: error.message }));
    // Output may arrive after the exit, but lingering children keep the pipe open, so "close" alone is not enough.
    child.once("exit", (code, signal) => {
      const done = () => resolve({ code, signal, log: log() });
      child.once("close", done);
      void setTimeout(200, undefined, { ref: false }).then(done);
    });
  });
}

async function end(child: ChildProcess, ended: Promise<ServerExit>): Promise<void> {
  const exit = ended.then(() => true);
  // SIGINT: fast shutdown, nothing to replay. SIGQUIT: immediate, the next start replays the log. SIGKILL: like a power cut.
  child.kill("SIGINT");
  if (await Promise.race([exit, setTimeout(FAST_STOP_SECONDS * 1000, false, { ref: false })])) return;
  child.kill("SIGQUIT");
  if (await Promise.race([exit, setTimeout(IMMEDIATE_STOP_SECONDS * 1000, false, { ref: false })])) return;
  child.kill("SIGKILL");
  await exit;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
