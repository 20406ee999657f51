import { realpath } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { clusterFolder, readSuperuserPassword } from "./cluster.ts";
import { DataDirInUseError } from "./data-folder.ts";
import { urlOfRunning } from "./database.ts";
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { findExisting } from "./place.ts";
import { POLL_MS, readPostmaster } from "./postmaster.ts";

/** Seconds to wait for a server that another process is starting. */
const READY_SECONDS = 30;

/** A database whose server may belong to another process. */
interface AttachedPostgres {
  url: string;
  /** Stops the server if this call started it; leaves another process's alone. */
  stop(): Promise<void>;
}

/**
 * Connects to the database in a data folder, whether or not TTL Secrets is running there: uses the running server, or
 * starts one until `stop()`. Never creates a database.
 *
 * @throws Error with one clear line if there is no database, or its server does not start.
 */
export async function attachEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<AttachedPostgres> {
  const dataDir = await realpath(options.dataDir).catch(() => undefined);
  const base = dataDir && (await findExisting(dataDir));
  if (!base) {
    throw new Error(
      `${options.dataDir} holds no database yet. Start TTL Secrets once, or set DATA_DIR or DATABASE_URL as the server has it.`,
    );
  }
  try {
    const { url, stop } = await startEmbeddedPostgres(options);
    return { url, stop };
  } catch (error) {
    if (!(error instanceof DataDirInUseError)) throw error;
    return { url: await urlOf(base), stop: async () => {} };
  }
}

async function urlOf(base: string): Promise<string> {
  const password = await readSuperuserPassword(base);
  for (const deadline = Date.now() + READY_SECONDS * 1000; Date.now() < deadline; await setTimeout(POLL_MS)) {
    const postmaster = await readPostmaster(clusterFolder(base));
    if (postmaster?.ready) return urlOfRunning(postmaster.port, password);
  }
  throw new Error(`The database in ${base} is in use, but its server is not ready. Try again in a while.`);
}
