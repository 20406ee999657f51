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

/** How a server that nobody stopped came to its end. */
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

/** Seconds a server gets to take connections. After a crash it first replays its log, at most `max_wal_size`. */
const READY_SECONDS = 300;

/** How much of the server's log is kept, in characters. */
const KEPT_LOG = 8_000;

/**
 * Why a server may fail to start in a way that passes: somebody took the port since we looked; the children of a killed
 * postmaster have not noticed yet; an app killed a moment ago had just started a server. (The words are those of
 * pqcomm.c, sysv_shmem.c and miscinit.c in PostgreSQL.)
 */
const PASSING =
  /could not create any TCP\/IP sockets|pre-existing shared memory block|lock file "postmaster.pid" already exists/;

/** Seconds such a failure gets to pass. */
const PATIENCE_SECONDS = 20;

/** What the server is told beyond PostgreSQL's defaults. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "32MB",
  max_wal_size: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  // The log must never repeat what a statement carried. So no statements and no parameters, and no errors of statements
  // either ("log" outranks "error"): these quote the value they choke on, and their details whole rows. The app
  // gets each such error anyway.
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
  /** Set over the defaults above. */
  settings: Record<string, string>;
  onProgress: (line: string) => void;
}

/**
 * Starts the server on a free port of 127.0.0.1 and waits until it takes connections. Whatever runs on the cluster
 * already is stopped: the caller holds the lock.
 *
 * @param findPort tells the port to try.
 * @throws Error with the last lines of its log if it exits before, or is not ready after five minutes.
 */
export async function startServer(options: ServerOptions, findPort = findFreePort): Promise<Server> {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const stalePid = await stopOrphan(options.cluster, options.onProgress);
    const server = launch(options, stalePid, await findPort());
    const failure = await server.failure();
    if (failure === undefined) return server;
    if (!PASSING.test(failure) || Date.now() >= deadline) {
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
      // PostgreSQL takes a live process named in postmaster.pid for a rival, except its grandparent as named here. Unlike
      // deleting the file, this leaves its check for lingering children, whose shared memory the file names.
      env: { ...COMMAND_ENV, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
      stdio: ["ignore", "ignore", "pipe"],
      // A session of its own: Ctrl-C in a terminal is for the app, which then stops the server in order.
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
    /** Resolves to undefined when the server is ready, or to why it never will be. */
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
      if (exit) return exit.log || `It exited with ${exit.signal ?? `code ${exit.code}`} and no word.`;
      await stop();
      return `It was not ready after ${READY_SECONDS} seconds.\n${log.trim()}`;
    },
  };
}

/** Resolves when the child has ended, or could not be started at all. */
function exitOf(child: ChildProcess, log: () => string): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, log: error.message }));
    // The last words may come after the exit, but children that linger keep the pipe open: so not "close" alone.
    child.once("exit", (code, signal) => {
      const done = () => resolve({ code, signal, log: log() });
      child.once("close", done);
      void setTimeout(200, undefined, { ref: false }).then(done);
    });
  });
}

async function end(child: ChildProcess, ended: Promise<ServerExit>): Promise<void> {
  const exit = ended.then(() => true);
  // SIGINT: fast shutdown, nothing to replay. SIGQUIT: immediate, the next start replays the log. SIGKILL: as a power cut.
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
