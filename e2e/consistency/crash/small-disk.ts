import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Room for a PostgreSQL server with one small database, twice over. */
const SIZE = "96m";

/** A disk of its own that can be filled to its last byte without harm to anything else. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, "filler");
  }

  /** Mounts one in memory; undefined where that is not allowed: without root, or in a container. */
  static mount(): SmallDisk | undefined {
    if (process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-disk-"));
    try {
      // The server is another user, who must be able to enter.
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=755`, "tmpfs", folder], {
        stdio: "ignore",
      });
      return new SmallDisk(folder);
    } catch {
      rmdirSync(folder);
      return undefined;
    }
  }

  /** Whether one can be mounted here. */
  static isAllowed(): boolean {
    const disk = SmallDisk.mount();
    disk?.unmount();
    return disk !== undefined;
  }

  /** Leaves not a single free page. */
  fill(): void {
    const file = openSync(this.#filler, "a");
    for (const bytes of [1 << 20, 1 << 12]) writeUntilFull(file, Buffer.alloc(bytes));
    closeSync(file);
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync("umount", ["--lazy", this.folder]);
    rmdirSync(this.folder);
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
