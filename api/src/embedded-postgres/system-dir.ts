import { chmod, mkdir } from "node:fs/promises";

/** Where root keeps what must lie outside a folder closed to other users (Filesystem Hierarchy Standard, 5.8). */
export const SYSTEM_DIR = "/var/lib/ttl-secrets";

/**
 * Makes `systemDir`, which every user may enter and only root may write, if it is missing.
 *
 * @throws Error if it cannot be made, say on a read-only file system.
 */
export async function makeSystemDir(systemDir: string): Promise<void> {
  try {
    const made = await mkdir(systemDir, { recursive: true });
    if (made !== undefined) await chmod(systemDir, 0o755); // Whatever the umask says.
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `TTL Secrets runs as root from a folder that its database server, which may not run as root, cannot enter, and the way out is closed (${reason}). Start it as an ordinary user, move it and DATA_DIR to a folder that all users may enter, or set DATABASE_URL.`,
      { cause },
    );
  }
}
